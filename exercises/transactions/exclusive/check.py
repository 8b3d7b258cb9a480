"""Who is inside, who waits, and what is left, seen from another session."""

import asyncio
import contextlib

from asyncwith import postgres, sweep_task
from asyncwith.checking import Sessions, Submission, case, complaints, expect, same

DEFINES = ("exclusive",)

DSN = postgres.dsn()
OURS = Sessions(DSN, "exclusive")
LOCKS = (
    "pg_locks where locktype = 'advisory' and database ="
    " (select oid from pg_database where datname = current_database())"
)
TABLES = "drop table if exists invoices; create table invoices (number int)"
NAME = "invoices"


class Office:
    """The pool to check with, and a session of another program."""

    def __init__(self, pool, other, told):
        self.pool = pool
        self.other = other
        self.told: list[str] = told  # what the pool complained of

    async def taken(self, name: str = NAME) -> bool:
        """Whether the other program finds the lock taken."""
        free = await self.other.fetchval(
            "select pg_try_advisory_lock(hashtextextended($1, 0))", name
        )
        if free:
            await self.unlock(name)
        return not free

    async def lock(self, name: str = NAME) -> None:
        await self.other.execute(
            "select pg_advisory_lock(hashtextextended($1, 0))", name
        )

    async def unlock(self, name: str = NAME) -> None:
        await self.other.execute(
            "select pg_advisory_unlock(hashtextextended($1, 0))", name
        )

    async def locks(self) -> int:
        return await self.other.fetchval(f"select count(*) from {LOCKS}")

    async def left(self) -> list[str]:
        """What is left when no block is open."""
        left = []
        if await self.taken():
            left.append("the lock")
        if self.pool.get_idle_size() < self.pool.get_size():
            left.append("a connection")
        if await self.other.fetchval(
            f"select count(*) from {OURS.others} and state like 'idle in%'"
        ):
            left.append("a transaction")
        return left


@contextlib.asynccontextmanager
async def office(size: int = 3):
    async with OURS.alone(TABLES) as other, OURS.pool(size) as pool:
        with complaints() as told:
            yield Office(pool, other, told)


async def expect_nothing_left(place: Office, when: str) -> None:
    expect(
        place.pool.get_size() > 0,
        hint="The connection was to go back to the pool, and the pool is empty. What "
        "has become of it?",
        saw=f"{when}: the pool has no connection",
    )
    left = await place.left()
    expect(
        not left,
        hint="No block is open, and something is still held. Which line was to give "
        "it back, and did it run?",
        saw=f"{when}: {', '.join(left)} left",
    )
    expect(
        not place.told,
        hint="The pool got its connection back in the middle of a transaction, and "
        "had to end it. Which ways out of your code end none?",
        saw=f"{when}: {place.told[0].partition(' <')[0]}" if place.told else None,
    )


async def queued(place: Office, task: asyncio.Task[None]) -> None:
    """Wait until the task waits for the lock, or ends, or a second has gone by."""
    loop = asyncio.get_running_loop()
    late = loop.time() + 1.0
    while loop.time() < late:
        waits = await place.other.fetchval(
            f"select count(*) from {LOCKS} and not granted"
        )
        if waits or task.done():
            return
        await asyncio.sleep(0.003)


@case("one block, seen from another program")
async def one(submission: Submission):
    async with office() as place:
        async with submission.exclusive(place.pool, NAME) as connection:
            expect(
                await place.taken(),
                hint="The block runs, and another program finds the lock free. In "
                "which session was it taken, for how long, and on which number?",
                saw="pg_try_advisory_lock succeeded in the middle of the block",
            )
            expect(
                callable(getattr(connection, "fetchval", None)),
                hint="`as` should bind the connection.",
                saw=f"`as` bound a {type(connection).__name__}",
            )
            pid = await connection.fetchval("select pg_backend_pid()")
            holds = await place.other.fetchval(
                f"select count(*) from {LOCKS} and granted and pid = $1", pid
            )
            expect(
                holds == 1,
                hint="The lock is held, but by another session than the one that the "
                "block works with. If that one dies, the other works on alone.",
                saw=f"{holds} locks in the session of `as`",
            )
            busy = place.pool.get_size() - place.pool.get_idle_size()
            expect(
                busy == 1,
                hint="A block needs one connection.",
                saw=f"{busy} connections are out",
            )
        await expect_nothing_left(place, "after the block")


@case("the pool has one connection")
async def one_connection(submission: Submission):
    async with office(size=1) as place:

        async def job():
            async with submission.exclusive(place.pool, NAME) as connection:
                await connection.execute("insert into invoices values (17)")

        task = asyncio.create_task(job())
        await asyncio.wait([task], timeout=1)
        expect(
            task.done(),
            hint="A block needs one connection. For what does yours wait while it "
            "holds that one?",
            saw="with a pool of one connection it waits for ever",
        )
        error = task.exception()
        saved = await place.other.fetch("select number from invoices")
        expect(
            error is None and same([row["number"] for row in saved], [17]),
            hint="The block wrote a row on its connection and ended well. How does "
            "what you opened around it end?",
            saw=f"{error!r} came out" if error else "the row is not in the table",
        )
        await expect_nothing_left(place, "after the block")


@case("another program holds the lock")
async def held_elsewhere(submission: Submission):
    async with office() as place:
        inside = asyncio.Event()

        async def job():
            async with submission.exclusive(place.pool, NAME):
                inside.set()

        await place.lock()
        task = asyncio.create_task(job())
        await queued(place, task)
        early = None
        if inside.is_set():
            early = "the block was entered"
        elif task.done():
            early = f"{task.exception()!r} came out"
        expect(
            early is None,
            hint="Another program has the lock, and the block runs. Did the server "
            "say yes?",
            saw=early,
        )
        await place.unlock()
        await asyncio.wait([task], timeout=2)
        expect(
            inside.is_set(),
            hint="The lock became free, and nobody went in.",
            saw="the block was not entered",
        )
        await expect_nothing_left(place, "after the block")


@case("three jobs with one name")
async def three(submission: Submission):
    async with office() as place:
        inside, peak, entered = 0, 0, 0

        async def others_come():
            """Until both others wait for the lock, or one is inside, or it is late."""
            loop = asyncio.get_running_loop()
            late = loop.time() + 0.5
            while inside == 1 and loop.time() < late:
                waiting = f"select count(*) from {LOCKS} and not granted"
                if await place.other.fetchval(waiting) == 2:
                    return
                await asyncio.sleep(0.003)

        async def job():
            nonlocal inside, peak, entered
            async with submission.exclusive(place.pool, NAME):
                inside += 1
                entered += 1
                peak = max(peak, inside)
                await (others_come() if entered == 1 else asyncio.sleep(0.01))
                inside -= 1

        await asyncio.gather(*(job() for _ in range(3)))
        expect(
            peak == 1,
            hint="Two were inside at the same time.",
            saw=f"at most {peak} of 3 at once",
        )
        await expect_nothing_left(place, "after three jobs")


@case("two names")
async def two_names(submission: Submission):
    async with office() as place:
        async with asyncio.timeout(2):
            async with submission.exclusive(place.pool, NAME):
                try:
                    async with asyncio.timeout(0.5):
                        async with submission.exclusive(place.pool, "reminders"):
                            both = await place.taken() and await place.taken(
                                "reminders"
                            )
                except TimeoutError:
                    both = False
        expect(
            both,
            hint="Blocks with different names have nothing to wait for.",
            saw="the second block was not entered, or its lock not taken",
        )


@case("the block raises")
async def raises(submission: Submission):
    async with office() as place:
        error, caught = KeyError("no such customer"), None
        try:
            async with submission.exclusive(place.pool, NAME):
                raise error
        except Exception as other:
            caught = other
        expect(
            caught is error,
            hint="The block's exception should leave it unchanged.",
            saw=f"{caught!r} came out",
        )
        await expect_nothing_left(place, "the block raised")


@case("cancelled at each wait")
async def cancelled(submission: Submission):
    async with office(size=12) as place:
        out = 0

        async def scenario():
            async with submission.exclusive(place.pool, NAME):
                await asyncio.sleep(0)

        async def leaked() -> list[str]:
            nonlocal out
            now = place.pool.get_size() - place.pool.get_idle_size()
            left, out = ["a connection"] * (now - out), now
            if await place.taken():
                left.append("the lock")
                await place.other.execute(
                    f"select pg_terminate_backend(pid) from {LOCKS}"
                )
                while await place.locks():  # noqa: ASYNC110
                    await asyncio.sleep(0.002)
            return left

        report = await sweep_task(scenario, leaked=leaked)
        expect(
            not report.leaks,
            hint="Cancelled at a wait, and something is still held. Between which "
            "two of your lines does it belong to nobody?",
            saw=str(report),
        )
        expect(
            not report.swallowed,
            hint="The cancellation ended in your code. Which line catches it?",
            saw=str(report),
        )


@case("cancelled in the block")
async def cancelled_inside(submission: Submission):
    async with office() as place:
        inside = asyncio.Event()

        async def job():
            async with submission.exclusive(place.pool, NAME):
                inside.set()
                await asyncio.sleep(60)

        task = asyncio.create_task(job())
        await inside.wait()
        task.cancel()
        await asyncio.wait([task], timeout=2)
        expect(
            task.done() and task.cancelled(),
            hint="The cancellation ended in your code. Which line catches it?",
            saw="the task was not cancelled",
        )
        await expect_nothing_left(place, "cancelled in the block")


@case("the session is killed in the block")
async def killed(submission: Submission):
    async with office() as place:
        error, pid = None, 0
        try:
            async with submission.exclusive(place.pool, NAME) as connection:
                pid = await connection.fetchval("select pg_backend_pid()")
                await place.other.fetchval("select pg_terminate_backend($1, 2000)", pid)
                await connection.execute("insert into invoices values (18)")
        except Exception as other:
            error = other
        expect(
            error is not None,
            hint="The session died in the block, its lock with it, and the caller "
            "takes the work for done.",
            saw="the line after the block ran",
        )
        task = asyncio.create_task(place.pool.fetchval("select 'fine'"))
        await asyncio.wait([task], timeout=2)
        expect(
            task.done() and task.exception() is None and not await place.taken(),
            hint="A session was killed, and the next block cannot work. What did "
            "yours keep?",
            saw="the pool or the lock is not fit for the next block",
        )


@case("cancelled while it waits for the lock")
async def cancelled_in_the_queue(submission: Submission):
    async with office() as place:

        async def job():
            async with submission.exclusive(place.pool, NAME):
                pass

        await place.lock()
        task = asyncio.create_task(job())
        await queued(place, task)
        task.cancel()
        await asyncio.wait([task], timeout=2)
        await place.unlock()
        expect(
            task.done() and task.cancelled(),
            hint="It was cancelled while it waited, and waits on.",
            saw="the task was not cancelled",
        )
        await expect_nothing_left(place, "cancelled in the queue")
