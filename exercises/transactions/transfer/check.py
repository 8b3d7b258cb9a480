"""Balances after failures, cancellations, a killed session, and rivals."""

import asyncio
import contextlib

import asyncpg

from asyncwith import postgres, sweep_task
from asyncwith.checking import Sessions, Submission, case, complaints, expect, same

DEFINES = ("transfer",)

DSN = postgres.dsn()
OURS = Sessions(DSN, "transfer")
TABLES = """
drop table if exists accounts;
create table accounts (name text primary key, balance int check (balance >= 0));
insert into accounts values ('ada', 100), ('bob', 100);
"""


class Bank:
    """The accounts, seen from one session of the check's own, changed by another."""

    def __init__(self, pool, watcher, rival, told):
        self.pool = pool
        self.watcher = watcher  # never in a transaction: it would see a frozen view
        self.rival = rival
        self.told: list[str] = told  # what the pool complained of

    async def balances(self) -> list[int]:
        rows = await self.watcher.fetch("select balance from accounts order by name")
        return [row["balance"] for row in rows]

    async def waiting(self, count: int, but_not_for=None) -> int:
        """How many sessions wait for a locked row, once it is as many, or late."""
        query = (
            f"select count(*) from {OURS.others} and wait_event_type = 'Lock'"
            " and pg_blocking_pids(pid) <> '{}' and not $1 = any(pg_blocking_pids(pid))"
        )
        pid = but_not_for.get_server_pid() if but_not_for else 0
        for _ in range(200):
            if (found := await self.watcher.fetchval(query, pid)) >= count:
                break
            await asyncio.sleep(0.005)
        return found

    async def kill_those_who_wait(self) -> None:
        await self.watcher.execute(
            f"select pg_terminate_backend(pid) from {OURS.others}"
            " and wait_event_type = 'Lock'"
        )


@contextlib.asynccontextmanager
async def bank(size: int = 2):
    async with (
        OURS.alone(TABLES) as watcher,
        OURS.session() as rival,
        OURS.pool(size) as pool,
    ):
        with complaints() as told:
            yield Bank(pool, watcher, rival, told)


async def outcome(coroutine) -> BaseException | None:
    try:
        await coroutine
    except Exception as error:
        return error


def named(error: BaseException) -> list[str]:
    return [name for name in ("ada", "bob", "zoe") if name in str(error)]


def expect_nothing_to_clean_up(town: Bank, when: str) -> None:
    expect(
        not town.told,
        hint="The pool got a connection back in the middle of a transaction, and had "
        "to end it. Which ways out of your code end none?",
        saw=f"{when}: {town.told[0].partition(' <')[0]}" if town.told else None,
    )


def shown(balances: list[int], error: BaseException | None = None) -> str:
    ended = f"; {type(error).__name__} came out" if error else ""
    return f"ada {balances[0]}, bob {balances[1]}, of 100 each{ended}"


@case("nothing goes wrong")
async def plain(submission: Submission):
    async with bank() as town:
        await submission.transfer(town.pool, "ada", "bob", 30)
        seen = await town.balances()
        expect(
            same(seen, [70, 130]),
            hint="30 should go from Ada to Bob.",
            saw=shown(seen),
        )
        await submission.transfer(town.pool, "bob", "ada", 30)
        seen = await town.balances()
        expect(
            same(seen, [100, 100]),
            hint="30 should come back from Bob to Ada.",
            saw=shown(seen),
        )


@case("the pool has one connection")
async def one_connection(submission: Submission):
    async with bank(size=1) as town:
        task = asyncio.create_task(
            outcome(submission.transfer(town.pool, "ada", "bob", 30))
        )
        await asyncio.wait([task], timeout=1)
        expect(
            task.done(),
            hint="A transfer needs one connection. For what does yours wait while it "
            "holds that one?",
            saw="with a pool of one connection it waits for ever",
        )
        seen = await town.balances()
        expect(
            same(seen, [70, 130]), hint="30 should go from Ada to Bob.", saw=shown(seen)
        )


@case("an account does not exist")
async def unknown(submission: Submission):
    async with bank() as town:
        for source, target in ("ada", "zoe"), ("zoe", "bob"):
            error = await outcome(submission.transfer(town.pool, source, target, 30))
            seen = await town.balances()
            expect(
                same(seen, [100, 100]),
                hint="One half of the transfer was saved. What saves each statement "
                "by itself, and what would save both together?",
                saw=f"from {source} to {target}: {shown(seen, error)}",
            )
            expect(
                isinstance(error, LookupError) and named(error) == ["zoe"],
                hint="There is no account Zoe, and the caller was told something "
                "else. What does an `update` of no row report?",
                saw=f"from {source} to {target}: {error!r}",
            )


@case("there is too little money")
async def too_little(submission: Submission):
    async with bank() as town:
        for source, target in ("ada", "bob"), ("bob", "ada"):
            error = await outcome(submission.transfer(town.pool, source, target, 130))
            seen = await town.balances()
            expect(
                same(seen, [100, 100]),
                hint="One half of the transfer was saved. What saves each statement "
                "by itself, and what would save both together?",
                saw=f"from {source} to {target}: {shown(seen, error)}",
            )
            expect(
                isinstance(error, asyncpg.CheckViolationError),
                hint="PostgreSQL refused, and the caller takes it for done.",
                saw=f"{error!r} came out",
            )
        expect_nothing_to_clean_up(town, "the database refused")


@case("cancelled at each wait")
async def cancelled(submission: Submission):
    async with bank(size=10) as town:
        lost = 0

        async def scenario():
            await submission.transfer(town.pool, "ada", "bob", 30)

        async def leaked() -> list[str]:
            nonlocal lost
            seen = await town.balances()
            out = town.pool.get_size() - town.pool.get_idle_size()
            left, lost = ["a connection"] * (out - lost), out
            if sum(seen) != 200:
                left.append("half a transfer")
            await town.watcher.execute("update accounts set balance = 100")
            return left

        report = await sweep_task(scenario, leaked=leaked)
        expect(
            not report.leaks,
            hint="Cancelled in the middle: something is left that is neither before "
            "nor after.",
            saw=str(report),
        )
        expect(
            not report.swallowed,
            hint="The cancellation ended in your code. Which line catches it?",
            saw=str(report),
        )


@case("cancelled while it waits for a row")
async def cancelled_at_a_row(submission: Submission):
    async with bank() as town:
        async with town.rival.transaction():
            await town.rival.execute(
                "select from accounts where name = 'bob' for update"
            )
            task = asyncio.create_task(submission.transfer(town.pool, "ada", "bob", 30))
            await town.waiting(1)
            task.cancel()
            await asyncio.wait([task], timeout=1)
            expect(
                task.done(),
                hint="It was cancelled, and waits on for the row. Who is to stop?",
                saw="it has not ended",
            )
            expect(
                await town.waiting(0) == 0,
                hint="It has ended, and its transfer goes on without it. Who is to "
                "hear of the cancellation?",
                saw="a session still waits for the row",
            )
        seen = await town.balances()
        expect(
            same(seen, [100, 100]),
            hint="Cancelled in the middle: something is left that is neither before "
            "nor after.",
            saw=shown(seen),
        )
        expect_nothing_to_clean_up(town, "cancelled")


@case("the session is killed while it waits for a row")
async def killed(submission: Submission):
    async with bank() as town:
        async with town.rival.transaction():
            await town.rival.execute(
                "select from accounts where name = 'bob' for update"
            )
            task = asyncio.create_task(
                outcome(submission.transfer(town.pool, "ada", "bob", 30))
            )
            await town.waiting(1)
            await town.kill_those_who_wait()
            await asyncio.wait([task], timeout=1)
            expect(
                task.done(),
                hint="Its session was killed, and it goes on with another one. The "
                "caller should hear of it.",
                saw="it waits for the row again",
            )
            error = await task
        seen = await town.balances()
        expect(
            same(seen, [100, 100]),
            hint="The session died between the two updates, and one of them was "
            "saved already. On how many sessions, in how many transactions do they "
            "run?",
            saw=shown(seen, error),
        )
        expect(
            error is not None,
            hint="The session died before it was done, and the caller takes it for "
            "done.",
            saw="transfer returned",
        )


@case("somebody takes 30 from the same account meanwhile")
async def rival(submission: Submission):
    async with bank() as town:
        async with town.rival.transaction():
            await town.rival.execute(
                "update accounts set balance = balance - 30 where name = 'ada'"
            )
            task = asyncio.create_task(
                outcome(submission.transfer(town.pool, "ada", "bob", 30))
            )
            await town.waiting(1)
        error = await task
        seen = await town.balances()
        expect(
            error is None,
            hint="Another transaction was quicker, and this transfer was refused. "
            "Waiting for the row would have been enough.",
            saw=f"{error!r}",
        )
        expect(
            same(seen, [40, 130]),
            hint="30 was taken from Ada twice, and one of the two is lost. Who "
            "calculates the new balance, and from which old one?",
            saw=shown(seen),
        )


@case("two transfers cross")
async def crossing(submission: Submission):
    async with bank() as town:
        lock = "select from accounts where name = $1 for update"
        async with OURS.session() as second, second.transaction():
            await second.execute(lock, "bob")
            async with town.rival.transaction():
                await town.rival.execute(lock, "ada")
                there = submission.transfer(town.pool, "ada", "bob", 30)
                back = submission.transfer(town.pool, "bob", "ada", 20)
                tasks = [asyncio.create_task(outcome(each)) for each in (there, back)]
                found = await town.waiting(2)
            if found == 2:  # the one that got Ada has come to the next row
                await town.waiting(2, but_not_for=town.rival)
        expect(
            found == 2,
            hint="Two transfers run, and one of them has not come to the database. "
            "What it waits for holds in one process, and the shop has several.",
            saw=f"{found} of 2 wait for a row",
        )
        errors = [error for error in await asyncio.gather(*tasks) if error]
        seen = await town.balances()
        expect(
            not errors,
            hint="Each of the two held the row that the other one waited for. In "
            "which order does your code take them?",
            saw=f"{errors[0]!r}" if errors else None,
        )
        expect(same(seen, [90, 110]), hint="Both transfers count.", saw=shown(seen))
        expect(
            town.pool.get_idle_size() == town.pool.get_size(),
            hint="A connection is still out. Who gives it back?",
            saw=f"{town.pool.get_idle_size()} of {town.pool.get_size()} are idle",
        )
