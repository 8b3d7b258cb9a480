"""Pools are closed in time: idle, busy, leaking, silent, and when cancelled."""

import asyncio
import time
from contextlib import asynccontextmanager

import asyncpg

from asyncwith import postgres
from asyncwith.checking import Submission, case, expect, pending_tasks, same

DEFINES = ("close_all",)

DSN = postgres.dsn()


@asynccontextmanager
async def opened(*names, dsn=DSN):
    """Open pools of two, by name; whatever happens, they end with the block."""
    pools = {}
    try:
        for name in names:
            pools[name] = await asyncpg.create_pool(dsn, min_size=1, max_size=2)
        yield pools
    finally:
        for pool in pools.values():
            pool.terminate()


async def works(pool, seconds, entered) -> str:
    """A handler: what became of its query."""
    async with pool.acquire() as connection:
        entered.append(connection)
        return await connection.fetchval(
            "select 'done' from pg_sleep($1::float8)", seconds
        )


async def handlers(*jobs) -> list[asyncio.Task]:
    """Start handlers, and wait until each has its connection."""
    entered: list[object] = []
    tasks = [asyncio.create_task(works(*job, entered)) for job in jobs]
    while len(entered) < len(jobs):  # noqa: ASYNC110
        await asyncio.sleep(0.002)
    return tasks


async def told(task) -> str:
    await asyncio.wait([task], timeout=1)
    if not task.done():
        task.cancel()
        return "still working"
    error = None if task.cancelled() else task.exception()
    return type(error).__name__ if error else str(task.result())


ENDLESS = "A pool waits for what is lent, without a limit. The service never stops."


async def closed(submission, pools, seconds, patience=2.0, hint=ENDLESS):
    """What close_all returned, and after how many seconds."""
    start = time.monotonic()
    task = asyncio.create_task(submission.close_all(pools, seconds))
    await asyncio.wait([task], timeout=patience)
    took = time.monotonic() - start
    if not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=1)
        expect(
            False,
            hint=hint,
            saw=f"close_all(…, {seconds}) still waited after {took:.1f} s",
        )
    expect(
        not task.cancelled() and task.exception() is None,
        hint="Time is over: that is an answer of `close_all`, no error.",
        saw=f"it raised {None if task.cancelled() else task.exception()!r}",
    )
    return task.result(), took


def expect_closed(pools) -> None:
    for name, pool in pools.items():
        expect(
            pool.get_size() == 0,
            hint="It has ended, and a pool has connections open.",
            saw=f"{name}: {pool.get_size()} open",
        )
        try:
            refused = pool.is_closing()
        except asyncpg.InterfaceError:
            refused = True
        expect(
            refused,
            hint="It has ended, and a pool still takes requests.",
            saw=f"{name} is open",
        )


@case("idle pools, and one closed before")
async def idle(submission: Submission):
    async with opened("shop", "stock", "old") as pools:
        await pools["old"].close()
        names, took = await closed(submission, pools, 1.5)
        expect(
            same(names, []) and took < 1,
            hint="Nobody was at work: nothing to wait for, and nothing to terminate.",
            saw=f"after {took:.1f} s it returned {names!r}",
        )
        expect_closed(pools)
    names, _ = await closed(submission, {}, 1)
    expect(same(names, []), hint="No pools: an empty list.", saw=f"{names!r}")


@case("a handler is done in time")
async def done_in_time(submission: Submission):
    async with opened("shop", "stock") as pools:
        jobs = await handlers((pools["shop"], 0.2), (pools["stock"], 0.1))
        names, took = await closed(submission, pools, 1.5)
        results = [await told(job) for job in jobs]
        expect(
            same(results, ["done", "done"]),
            hint="It had time until the deadline, and was cut short.",
            saw=f"1.5 s were allowed; the handlers ended with {results}",
        )
        expect(
            same(names, []),
            hint="Everybody was done in time; who was terminated?",
            saw=f"it returned {names!r}",
        )
        expect(
            took < 1.2,
            hint="Everybody was done after 0.2 s. What does it wait for?",
            saw=f"it took {took:.1f} s of 1.5 s",
        )
        expect_closed(pools)


@case("while it closes")
async def while_closing(submission: Submission):
    async with opened("shop", "stock") as pools:
        jobs = await handlers((pools["shop"], 0.2), (pools["stock"], 0.2))
        task = asyncio.create_task(submission.close_all(pools, 1.5))
        await asyncio.sleep(0.05)
        for name, pool in pools.items():
            try:
                async with pool.acquire(timeout=0.2):
                    got = "a connection"
            except asyncpg.InterfaceError:
                got = ""
            except TimeoutError:
                got = "nothing, and waited"
            expect(
                not got,
                hint="From the start on, no pool takes new requests. When does the "
                "second one learn that the service stops?",
                saw=f"a new request to {name!r} got {got}",
            )
        await asyncio.wait([task, *jobs], timeout=1.5)


@case("a leak, beside a handler that is done in time")
async def leak_and_handler(submission: Submission):
    async with opened("sink", "shop", "drain", "hole", "gully", "gap") as pools:
        leaky = [name for name in pools if name != "shop"]
        leaked = [await pools[name].acquire() for name in leaky]
        (job,) = await handlers((pools["shop"], 0.2))
        names, took = await closed(submission, pools, 0.5, 2.0)
        result = await told(job)
        expect(
            took < 1.0,
            hint="The seconds are for all pools together, not for each.",
            saw=f"0.5 s were allowed, and it took {took:.1f} s",
        )
        expect(
            result == "done",
            hint="The leak in one pool used up the time of the others.",
            saw=f"the handler of `shop` needed 0.2 of 0.5 s: {result}",
        )
        expect(
            same(names, leaky),
            hint="Return the names of the pools that were terminated, in the dict's "
            "order.",
            saw=f"{', '.join(leaky)} have a leak; it returned {names!r}",
        )
        expect_closed(pools)
        del leaked


@case("a handler that is too slow")
async def too_slow(submission: Submission):
    async with opened("shop") as pools:
        (job,) = await handlers((pools["shop"], 3))
        names, took = await closed(submission, pools, 0.15)
        expect(
            same(names, ["shop"]) and took < 1,
            hint="Its time was over. Terminate it, and say so.",
            saw=f"after {took:.1f} s it returned {names!r}",
        )
        result = await told(job)
        expect(
            result == "ConnectionDoesNotExistError",
            hint="After the deadline the handler still works.",
            saw=f"its query: {result}",
        )
        expect_closed(pools)


@case("it is cancelled")
async def is_cancelled(submission: Submission):
    async with opened("shop", "stock") as pools:
        leaked = [await pool.acquire() for pool in pools.values()]
        task = asyncio.create_task(submission.close_all(pools, 30))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task], timeout=1)
        expect(
            task.done() and task.cancelled(),
            hint="Cancelled, it ends now, and as cancelled.",
            saw="it returned" if task.done() else "it still waits",
        )
        expect_closed(pools)
        for _ in range(20):  # what was terminated notices it now
            await asyncio.sleep(0)
        expect(
            not pending_tasks(),
            hint="It has ended, and a task of its own has not.",
            saw=f"{len(pending_tasks())} tasks still running",
        )
        del leaked


@case("the server has fallen silent")
async def silent(submission: Submission):
    async with (
        postgres.proxy(DSN) as network,
        opened("shop", dsn=network.dsn) as pools,
    ):
        network.stall()
        hint = (
            "To close is to say goodbye, and to wait for the answer. Which of your "
            "steps has no limit?"
        )
        names, took = await closed(submission, pools, 0.2, 1.2, hint)
        expect(
            same(names, ["shop"]) and took < 1,
            hint=hint,
            saw=f"after {took:.1f} s it returned {names!r}",
        )
        expect_closed(pools)
        network.resume()


@case("one of the pools was never opened")
async def never_opened(submission: Submission):
    async with opened("shop", "stock") as pools:
        never, error = asyncpg.create_pool(DSN), None
        (job,) = await handlers((pools["shop"], 0.2))
        leaked = await pools["stock"].acquire()
        try:
            some = {"never": never, **pools}
            await submission.close_all(some, 0.4)
        except Exception as caught:
            error = caught
        expect(
            isinstance(error, asyncpg.InterfaceError),
            hint="A pool cannot be closed, and time has nothing to do with it: that "
            "should come out.",
            saw="it returned" if error is None else f"it ended with {error!r}",
        )
        expect_closed(pools)
        result = await told(job)
        expect(
            result == "done",
            hint="It had time until the deadline, and was cut short, because another "
            "pool could not be closed.",
            saw=f"the handler of `shop` needed 0.2 of 0.4 s: {result}",
        )
        del leaked
