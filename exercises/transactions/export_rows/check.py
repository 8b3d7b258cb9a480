"""Rows made and rows read; what is open after each way to leave."""

import asyncio
import contextlib

import asyncpg

from asyncwith import postgres, sweep_task
from asyncwith.checking import Sessions, Submission, case, expect, same

DEFINES = ("export_rows",)

DSN = postgres.dsn()
OURS = Sessions(DSN, "export_rows")
TABLES = """
drop table if exists measured;
drop sequence if exists made;
create sequence made;
create table measured (n int);
insert into measured select generate_series(1, 2000);
"""
COUNTING = "select n, nextval('made') from measured order by n"
MARGIN = 200


class Store:
    """The table, and what the server knows, seen from a session of its own."""

    def __init__(self, pool, watcher):
        self.pool = pool
        self.watcher = watcher

    async def made(self) -> int:
        """How many rows the server has made, once it makes no more."""
        query, seen, same_again = (
            "select last_value - (not is_called)::int from made",
            0,
            0,
        )
        while same_again < 5:
            now = await self.watcher.fetchval(query)
            same_again, seen = same_again + 1 if now == seen else 0, now
            await asyncio.sleep(0.002)
        return seen

    async def left(self) -> list[str]:
        """What is neither in the pool nor at rest."""
        left = []
        if self.pool.get_idle_size() < self.pool.get_size():
            left.append("a connection")
        if await self.watcher.fetchval(
            f"select count(*) from {OURS.others} and state like 'idle in%'"
        ):
            left.append("a transaction")
        return left


@contextlib.asynccontextmanager
async def store(size: int = 2):
    async with OURS.alone(TABLES) as watcher, OURS.pool(size) as pool:
        yield Store(pool, watcher)


async def expect_nothing_left(shop: Store, when: str) -> None:
    expect(
        shop.pool.get_size() > 0,
        hint="The connection was to go back to the pool, and the pool is empty. What "
        "has become of it?",
        saw=f"{when}: the pool has no connection",
    )
    left = await shop.left()
    expect(
        not left,
        hint="The block is over, and what it opened is not. Which block of yours is "
        "still waiting for somebody to end it?",
        saw=f"{when}: {', '.join(left)} left",
    )


async def read(submission: Submission, shop: Store, query: str, *args, most=None):
    """The first column of the rows, at most so many."""
    seen: list[int] = []
    async with submission.export_rows(shop.pool, query, *args) as rows:
        expect(
            hasattr(type(rows), "__aiter__"),
            hint="`as` should bind something for `async for`.",
            saw=f"`as` bound a {type(rows).__name__}",
        )
        async for row in rows:
            seen.append(row[0])
            if len(seen) == most:
                break
    return seen


@case("all rows, one row, no row")
async def plain(submission: Submission):
    async with store() as shop:
        seen: list[int] = []
        try:
            seen = await read(submission, shop, "select n from measured order by n")
        except asyncpg.NoActiveSQLTransactionError as error:
            expect(
                False,
                hint="A cursor lives in a transaction. Where does one begin?",
                saw=f"{error!r}",
            )
        except asyncpg.InterfaceError as error:
            expect(
                False,
                hint="The rows were read when their connection was gone. What must "
                "be open while the block runs?",
                saw=f"{error!r}",
            )
        expect(
            same(seen, list(range(1, 2001))),
            hint="Each row, once, in the query's order.",
            saw=f"{len(seen)} rows of 2000, {len(set(seen))} different ones",
        )
        one = await read(submission, shop, "select n from measured where n = $1", 7)
        none = await read(submission, shop, "select n from measured where n > $1", 2000)
        expect(
            same([one, none], [[7], []]),
            hint="The query has parameters, and may find nothing.",
            saw=f"n = 7: {one}, n > 2000: {none}",
        )
        await expect_nothing_left(shop, "read to the end")


@case("rows are deleted in the middle")
async def deleted(submission: Submission):
    async with store() as shop:
        seen = []
        query = "select n from measured order by n"
        async with submission.export_rows(shop.pool, query) as rows:
            async for row in rows:
                seen.append(row[0])
                if len(seen) == 10:
                    await shop.watcher.execute("delete from measured where n % 2 = 0")
        expect(
            same(seen, list(range(1, 2001))),
            hint="The rows are of two moments: some were skipped when others were "
            "deleted. How many queries does one export make?",
            saw=f"{len(seen)} rows of 2000",
        )


@case("the reader is slow")
async def slow(submission: Submission):
    async with store() as shop:
        try:
            await read(submission, shop, COUNTING, most=1)
        except asyncpg.ReadOnlySQLTransactionError as error:
            expect(
                False,
                hint="The query may be any that gives rows, and this one writes. "
                "Which transaction refuses it?",
                saw=f"{error!r}",
            )
        await shop.watcher.execute("select setval('made', 1, false)")
        count = 0
        async with submission.export_rows(shop.pool, COUNTING) as rows:
            async for _ in rows:
                count += 1
                if count in (1, 300, 900):
                    made = await shop.made()
                    expect(
                        made <= count + MARGIN,
                        hint="The server makes rows that nobody has asked for yet. "
                        "A million of them would be in memory now.",
                        saw=f"{made} rows made when {count} were read",
                    )
        expect(
            await shop.made() == 2000,
            hint="Each row is made once. Does your code run the query again?",
            saw=f"{await shop.made()} rows made of 2000",
        )


@case("the reader leaves early")
async def early(submission: Submission):
    async with store() as shop:
        for _ in range(4):  # more often than there are connections
            await read(submission, shop, COUNTING, most=3)
            await expect_nothing_left(shop, "left at the third row")
        made = await shop.made()
        expect(
            made <= 4 * (3 + MARGIN),
            hint="Four readers took three rows each, and the server made the rest.",
            saw=f"{made} rows made",
        )


@case("the block raises")
async def raises(submission: Submission):
    async with store() as shop:
        error, caught = KeyError("customer hung up"), None
        try:
            async with submission.export_rows(shop.pool, COUNTING) as rows:
                async for _ in rows:
                    raise error
        except Exception as other:
            caught = other
        expect(
            caught is error,
            hint="The block's exception should leave it unchanged.",
            saw=f"{caught!r} came out",
        )
        await expect_nothing_left(shop, "the block raised")


@case("two exports at once")
async def two(submission: Submission):
    async with store() as shop:
        both = await asyncio.gather(
            *(read(submission, shop, "select n from measured", most=500) for _ in "ab")
        )
        expect(
            same([len(seen) for seen in both], [500, 500]),
            hint="Two exports share the pool, and nothing else.",
            saw=f"{[len(seen) for seen in both]} rows of 500 each",
        )


@case("cancelled at each wait")
async def cancelled(submission: Submission):
    async with store(size=10) as shop:
        out = 0

        async def scenario():
            await read(submission, shop, "select n from measured", most=60)

        async def leaked() -> list[str]:
            nonlocal out
            now = shop.pool.get_size() - shop.pool.get_idle_size()
            left, out = ["connection"] * (now - out), now
            return left

        report = await sweep_task(scenario, leaked=leaked)
        expect(
            not report.leaks,
            hint="Cancelled at a wait, and a connection is not back in the pool.",
            saw=str(report),
        )
        expect(
            not report.swallowed,
            hint="The cancellation ended in your code. Which line catches it?",
            saw=str(report),
        )
        await expect_nothing_left(shop, "after the cancellations")


@case("the query writes")
async def writes(submission: Submission):
    async with store() as shop:
        count = "select count(*) from measured"
        query = "delete from measured where n <= $1 returning n"
        seen = await read(submission, shop, query, 300)
        found = await shop.watcher.fetchval(count)
        expect(
            len(seen) == 300 and found == 1700,
            hint="The export deleted the rows that it gave out, all went well, and "
            "they are back. A query writes in a transaction: what has ended it?",
            saw=f"{len(seen)} rows read, {2000 - found} of 300 deleted",
        )
        error = KeyError("customer hung up")
        with contextlib.suppress(KeyError):
            async with submission.export_rows(shop.pool, query, 600) as rows:
                async for _ in rows:
                    raise error
        found = await shop.watcher.fetchval(count)
        expect(
            found == 1700,
            hint="The block raised, and what the query had written is stored.",
            saw=f"{1700 - found} rows deleted by a block that raised",
        )


@case("the session is killed while rows are read")
async def killed(submission: Submission):
    async with store() as shop:
        count, error, ended = 0, None, False
        try:
            async with submission.export_rows(shop.pool, COUNTING) as rows:
                async for _ in rows:
                    count += 1
                    if count == 10:
                        await shop.watcher.execute(
                            f"select pg_terminate_backend(pid, 2000) from {OURS.others}"
                        )
                ended = True
        except Exception as other:
            error = other
        expect(
            error is not None and not ended and count < 2000,
            hint="The session died in the middle, and the reader believes that the "
            "export is complete.",
            saw=f"{count} rows of 2000, then "
            + ("the loop ended; " if ended else "")
            + f"{error!r} came out",
        )
        seen = await read(submission, shop, "select n from measured", most=3)
        expect(
            len(seen) == 3,
            hint="The pool should be fit for the next export.",
            saw=f"{len(seen)} rows of 3",
        )
        await expect_nothing_left(shop, "after a killed session")
