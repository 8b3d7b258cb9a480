"""A sale: refusals, clients that leave, a dead backend; then count the slots."""

import asyncio
import secrets
import time
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg

from asyncwith import postgres
from asyncwith.checking import Submission, case, expect, pending_tasks, same

DEFINES = ("CAUSE", "PoolBusy", "sell")

DSN = postgres.dsn()
NAMED = {"application_name": ""}  # another one for each pool
WORKING = """
    from pg_stat_activity
    where datname = current_database() and application_name = $1
    and state = 'active' and query like '%pg_sleep%'"""


@asynccontextmanager
async def opened(size: int, dsn: str = DSN):
    NAMED["application_name"] = f"bug_report {secrets.token_hex(4)}"
    pool = await asyncpg.create_pool(
        dsn, min_size=size, max_size=size, server_settings=NAMED
    )
    try:
        yield pool
    finally:
        pool.terminate()


async def all_of(tasks, patience=2.5) -> list[str]:
    """What became of the requests: a value, or the name of an exception."""
    _, left = await asyncio.wait(tasks, timeout=patience)
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left, timeout=1)
    expect(
        not left,
        hint="A request waits for ever. Who limits the wait for a connection?",
        saw=f"{len(left)} of {len(tasks)} requests still waited after {patience} s",
    )
    return [
        "cancelled"
        if task.cancelled()
        else type(task.exception()).__name__
        if task.exception()
        else str(task.result())
        for task in tasks
    ]


async def expect_all_back(pool, size: int, hint: str) -> None:
    async with AsyncExitStack() as stack:
        for number in range(size):
            try:
                await stack.enter_async_context(pool.acquire(timeout=1))
            except TimeoutError:
                expect(False, hint=hint, saw=f"only {number} of {size} can be lent")


async def at_work(count: int) -> None:
    """Wait until so many backends work."""
    watcher = await asyncpg.connect(DSN)
    try:
        query, name = f"select count(*) {WORKING}", NAMED["application_name"]
        while await watcher.fetchval(query, name) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    finally:
        await watcher.close()


@case("the cause is named")
async def cause(submission: Submission):
    letter = submission.CAUSE
    known = isinstance(letter, str) and str(letter) in list("abcdef") and letter != ""
    expect(
        type(letter) is str and known,
        hint='`CAUSE` is one of the letters "a" to "f".',
        saw=f"CAUSE is an object of type {type(letter).__name__}",
    )
    against = {
        "a": "Not one query failed on that day.",
        "b": "After the rush nobody is at work (waiting=0), and the pool stays dry.",
        "c": "With thirty connections it took 31 refusals instead of 10, and then "
        "nobody came.",
        "e": "Look at what ran last in the lost sessions: is that a checkout's query?",
        "f": "The server has ten sessions of the shop's. They live.",
    }
    expect(
        same(letter, "d"),
        hint=f"{against.get(str(letter))} Count: how many were refused, how many are "
        "lost? Then read which statement ran last in the lost sessions.",
        saw=f"CAUSE is {letter!r}",
    )


@case("an ordinary day")
async def ordinary(submission: Submission):
    async with opened(2) as pool:
        tasks = [
            asyncio.create_task(submission.sell(pool, f"select {number}", 2.0))
            for number in range(10)
        ]
        said = await all_of(tasks)
        expect(
            same(said, [str(number) for number in range(10)]),
            hint="Ten requests, two connections, much patience: each gets its value.",
            saw=f"they ended with {said}",
        )
        expect(
            pool.get_idle_size() == 2,
            hint="All have ended, and not all connections are back.",
            saw=f"{pool.get_idle_size()} of 2 are idle",
        )


@case("a sale: some are refused")
async def sale(submission: Submission):
    async with opened(2) as pool:
        served = [
            asyncio.create_task(
                submission.sell(pool, "select 'sold' from pg_sleep(0.5)", 0.2)
            )
            for _ in range(2)
        ]
        await at_work(2)
        start = time.monotonic()
        late = [
            asyncio.create_task(submission.sell(pool, "select 'sold'", 0.2))
            for _ in range(5)
        ]
        refused = await all_of(late)
        took = time.monotonic() - start
        said = await all_of(served)
        expect(
            same(said, ["sold", "sold"]),
            hint="The patience is for the waiting. These had a connection, and a query "
            "that took its time.",
            saw=f"they ended with {said}",
        )
        expect(
            same(refused, ["PoolBusy"] * 5),
            hint="Nothing became free within their patience: `PoolBusy`.",
            saw=f"they ended with {refused}",
        )
        expect(
            took > 0.15,
            hint="They were refused before their patience was over.",
            saw=f"refused after {took:.2f} s of 0.2 s",
        )
        await expect_all_back(
            pool,
            2,
            "The sale is over, and the pool is dry. Who was still in the queue when "
            "the connections came back?",
        )
        expect(
            not pending_tasks(),
            hint="Every request has ended, and a task has not.",
            saw=f"{len(pending_tasks())} tasks still running",
        )


@case("three come at once, for one connection")
async def at_once(submission: Submission):
    async with opened(1) as pool:
        query = "select 'sold' from pg_sleep(0.6)"
        tasks = [
            asyncio.create_task(submission.sell(pool, query, 0.2)) for _ in range(3)
        ]
        said = await all_of(tasks)
        expect(
            same(sorted(said), ["PoolBusy", "PoolBusy", "sold"]),
            hint="One is served for longer than the others' patience. Where else do "
            "they wait for a connection?",
            saw=f"they ended with {said}",
        )


@case("clients leave while they wait")
async def leave_waiting(submission: Submission):
    async with opened(1) as pool:
        async with pool.acquire():
            tasks = [
                asyncio.create_task(submission.sell(pool, "select 'sold'", 2.0))
                for _ in range(3)
            ]
            await asyncio.sleep(0.05)
            for task in tasks:
                task.cancel()
            said = await all_of(tasks)
        expect(
            same(said, ["cancelled"] * 3),
            hint="They left: their tasks end now, and as cancelled.",
            saw=f"they ended with {said}",
        )
        await expect_all_back(
            pool,
            1,
            "Not only patience ends: clients leave. Who was still in the queue then?",
        )


@case("a connection comes at the very moment when the client leaves")
async def crossing(submission: Submission):
    for turns in range(6):
        async with opened(1) as pool:
            lent = await pool.acquire()
            task = asyncio.create_task(submission.sell(pool, "select 'sold'", 2.0))
            await asyncio.sleep(0.01)
            release = asyncio.create_task(pool.release(lent))
            while pool.get_idle_size() == 0 and not release.done():  # noqa: ASYNC110
                await asyncio.sleep(0)
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await all_of([task])
            await release
            await expect_all_back(
                pool,
                1,
                "The connection came, and at once the client left. Between the two "
                "lines of yours that get it and guard it, can it be cancelled?",
            )


@case("clients leave during their query")
async def leave_served(submission: Submission):
    async with opened(2) as pool:
        tasks = [
            asyncio.create_task(submission.sell(pool, "select pg_sleep(2)", 1.0))
            for _ in range(2)
        ]
        await at_work(2)
        for task in tasks:
            task.cancel()
        said = await all_of(tasks)
        expect(
            same(said, ["cancelled"] * 2),
            hint="They left: their tasks end now, and as cancelled.",
            saw=f"they ended with {said}",
        )
        await expect_all_back(pool, 2, "They left with their connections.")


@case("queries fail, and a backend is killed")
async def failures(submission: Submission):
    async with opened(2) as pool:
        query = "select 1/0"
        said = await all_of([asyncio.create_task(submission.sell(pool, query, 1.0))])
        expect(
            same(said, ["DivisionByZeroError"]),
            hint="The query's error should come out as it is.",
            saw=f"it ended with {said[0]}",
        )
        task = asyncio.create_task(submission.sell(pool, "select pg_sleep(2)", 1.0))
        await at_work(1)
        watcher = await asyncpg.connect(DSN)
        kill = f"select pg_terminate_backend(pid) {WORKING}"
        await watcher.fetch(kill, NAMED["application_name"])
        await watcher.close()
        said = await all_of([task])
        expect(
            same(said, ["ConnectionDoesNotExistError"]),
            hint="The backend died under the query: nobody knows whether it was sold. "
            "The caller must hear it.",
            saw=f"it ended with {said[0]}",
        )
        await expect_all_back(pool, 2, "A failed query, and its connection is lost.")


@case("the query has a limit of its own")
async def own_limit(submission: Submission):
    async with opened(1) as pool:
        pool.set_connect_args(DSN, command_timeout=0.1)
        await pool.expire_connections()
        query = "select pg_sleep(1)"
        said = await all_of([asyncio.create_task(submission.sell(pool, query, 1.0))])
        expect(
            same(said, ["TimeoutError"]),
            hint="The query ran into its own limit. Was the pool busy?",
            saw=f"it ended with {said[0]}",
        )
        await expect_all_back(pool, 1, "A query was too slow, and its slot is lost.")


@case("the server restarts")
async def restarts(submission: Submission):
    async with postgres.proxy(DSN) as network, opened(1, network.dsn) as pool:
        network.refuse()
        network.cut()
        while pool.get_size():  # noqa: ASYNC110 - until the pool has heard of it
            await asyncio.sleep(0.005)
        task = asyncio.create_task(submission.sell(pool, "select 1", 1.0))
        await asyncio.wait([task], timeout=2)
        expect(
            task.done() and isinstance(task.exception(), ConnectionError),
            hint="There was a slot, and no server behind it. Was the pool busy?",
            saw=f"it ended with {task.exception()!r}" if task.done() else "it waits",
        )
        network.resume()
        query = "select 'sold'"
        said = await all_of([asyncio.create_task(submission.sell(pool, query, 2.0))])
        expect(
            same(said, ["sold"]),
            hint="The server is back, and the shop is not.",
            saw=f"it ended with {said[0]}",
        )
