"""One budget for waiting and working: exhausted, late, slow, cancelled, silent."""

import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg

from asyncwith import postgres
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("PoolBusy", "lent")

DSN = postgres.dsn()


@asynccontextmanager
async def opened(size=1, dsn=DSN, lazy=False, **settings):
    pool = await asyncpg.create_pool(
        dsn, min_size=0 if lazy else size, max_size=size, **settings
    )
    try:
        yield pool
    finally:
        pool.terminate()


async def ended(coroutine, patience=2.5):
    """How it ended, a result or an exception, and after how many seconds."""
    start, task = time.monotonic(), asyncio.create_task(coroutine)
    await asyncio.wait([task], timeout=patience)
    took = time.monotonic() - start
    if not task.done():
        return "still waiting", took
    if task.cancelled():
        return "cancelled", took
    error = task.exception()
    return (error if error else task.result()), took


def told(how) -> str:
    return type(how).__name__ if isinstance(how, BaseException) else repr(how)


async def query(submission, pool, seconds, sql="select 'fine'"):
    async with submission.lent(pool, seconds) as connection:
        return await connection.fetchval(sql)


async def expect_all_back(pool, size, hint):
    async with AsyncExitStack() as stack:
        for number in range(size):
            try:
                await stack.enter_async_context(pool.acquire(timeout=1))
            except TimeoutError:
                expect(False, hint=hint, saw=f"only {number} of {size} can be lent")


@case("a connection is free")
async def is_free(submission: Submission):
    async with opened() as pool:
        for _ in range(2):
            how, _ = await ended(query(submission, pool, 2))
            expect(
                same(how, "fine"),
                hint="`as` binds a connection that works, time after time.",
                saw=f"ended with {told(how)}",
            )
        expect(
            pool.get_idle_size() == 1,
            hint="The block is over, and its connection is not back.",
            saw="no connection is idle",
        )


@case("every connection is out")
async def exhausted(submission: Submission):
    kind = submission.PoolBusy
    expect(
        isinstance(kind, type)
        and issubclass(kind, Exception)
        and not issubclass(kind, TimeoutError),
        hint="`PoolBusy` is an exception, and no `TimeoutError`.",
        saw=f"PoolBusy is {kind!r}",
    )
    async with opened() as pool:
        async with pool.acquire():
            how, took = await ended(query(submission, pool, 0.15), patience=1.15)
        expect(
            not same(how, "still waiting"),
            hint="Nothing limits the wait for a connection.",
            saw=f"still waiting after {took:.1f} s of a budget of 0.15 s",
        )
        expect(
            isinstance(how, kind),
            hint="No connection became free in time: the log should say that the pool "
            "was busy.",
            saw=f"ended with {told(how)}",
        )
        expect(
            took > 0.11,
            hint="It gives up before its time is over.",
            saw=f"gave up after {took:.2f} s of 0.15 s",
        )
        await expect_all_back(pool, 1, "Nobody got the connection, and it is gone.")


@case("the block is too slow")
async def block_is_slow(submission: Submission):
    async with opened() as pool:
        how, took = await ended(query(submission, pool, 0.2, "select pg_sleep(3)"), 1.6)
        expect(
            took < 1.5,
            hint="What does your limit cover: the way into the block, or also the "
            "block?",
            saw=f"{told(how)} after {took:.1f} s of a budget of 0.2 s",
        )
        expect(
            type(how) is TimeoutError,
            hint="There was a connection, and the block was slow: the log should not "
            "blame the pool, and the caller should hear of it.",
            saw=f"ended with {told(how)}",
        )
        await expect_all_back(pool, 1, "The slow block keeps its connection.")


@case("a connection comes late")
async def comes_late(submission: Submission):
    async with opened() as pool:
        first = await pool.acquire()
        asyncio.get_running_loop().call_later(
            0.25, lambda: releases.append(asyncio.create_task(pool.release(first)))
        )
        releases: list[asyncio.Task] = []
        how, took = await ended(query(submission, pool, 0.4, "select pg_sleep(3)"))
        expect(
            type(how) is TimeoutError and took < 0.55,
            hint="It waited for most of its budget, and then worked as if it had all "
            "of it. From when does the time count?",
            saw=f"a budget of 0.4 s: {told(how)} after {took:.2f} s",
        )


@case("it is made, and entered later")
async def entered_later(submission: Submission):
    async with opened() as pool:
        manager = submission.lent(pool, 0.15)
        await asyncio.sleep(0.2)

        async def enter():
            async with manager as connection:
                return await connection.fetchval("select 'fine'")

        how, _ = await ended(enter())
        expect(
            same(how, "fine"),
            hint="The budget counts from the entry on. When does yours begin?",
            saw=f"made with 0.15 s, entered 0.2 s later: {told(how)}",
        )


@case("the block raises")
async def block_raises(submission: Submission):
    async def raising(error):
        async with submission.lent(pool, 2):
            raise error

    async with opened() as pool:
        for error in (KeyError("order 17"), TimeoutError("the card service")):
            how, _ = await ended(raising(error))
            expect(
                how is error,
                hint="It is the block's own exception, and should come out as it is.",
                saw=f"raised {error!r}, ended with {told(how)}",
            )
            await expect_all_back(pool, 1, "An error in the block, a lost connection.")


@case("the client leaves")
async def client_leaves(submission: Submission):
    async with opened() as pool:
        for place in ("waiting", "block"):
            first = await pool.acquire() if place == "waiting" else None
            task = asyncio.create_task(query(submission, pool, 2, "select pg_sleep(1)"))
            await asyncio.sleep(0.05)
            task.cancel()
            await asyncio.wait([task], timeout=1.5)
            expect(
                task.cancelled(),
                hint="The client left, and its cancellation came out as another thing.",
                saw=f"cancelled ({place}), and it did not end as cancelled",
            )
            if first:
                await pool.release(first)
            await expect_all_back(
                pool,
                1,
                "The client left, and a connection with it. What does "
                "`except Exception` not catch?",
            )


@case("the server refuses the connection")
async def refused(submission: Submission):
    async with (
        postgres.proxy(DSN) as network,
        opened(dsn=network.dsn, lazy=True) as pool,
    ):
        network.refuse()
        how, _ = await ended(query(submission, pool, 0.4), patience=1.5)
        expect(
            isinstance(how, ConnectionError),
            hint="The server refused the connection: that is not a busy pool.",
            saw=f"ended with {told(how)}",
        )
        network.resume()


@case("the pool's own limit for connecting")
async def connecting(submission: Submission):
    async with (
        postgres.proxy(DSN) as network,
        opened(dsn=network.dsn, lazy=True, timeout=0.1) as pool,
    ):
        network.stall()
        how, took = await ended(query(submission, pool, 10), patience=2.0)
        network.resume()
        expect(
            type(how) is TimeoutError,
            hint="The pool gave up connecting, and there was time left: nobody waited "
            "for a free connection. Whose `TimeoutError` do you take for your own?",
            saw=f"a budget of 10 s: {told(how)} after {took:.1f} s",
        )


@case("the network falls silent")
async def silent(submission: Submission):
    async with (
        postgres.proxy(DSN) as network,
        opened(dsn=network.dsn, lazy=True) as pool,
    ):
        await pool.fetchval("select 1")
        network.stall()
        how, took = await ended(query(submission, pool, 0.15), patience=1.1)
        network.resume()
        expect(
            not same(how, "still waiting"),
            hint="The block was over in time; what does not end is the way out. What "
            "limits it, and does that depend on the budget?",
            saw=f"still waiting after {took:.1f} s of a budget of 0.15 s",
        )
        expect(
            type(how) is TimeoutError,
            hint="A silent network is a block that is too slow.",
            saw=f"ended with {told(how)}",
        )
