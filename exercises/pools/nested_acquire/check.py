"""Orders with one connection, with two, failing and cancelled: none stands still."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import asyncpg

from asyncwith import postgres
from asyncwith.checking import Submission, case, expect, pending_tasks, same

DEFINES = ("open_pool", "place_order")

DSN = postgres.dsn()
NAME = "nested_acquire"
NAMED = urlsplit(DSN)
NAMED = NAMED._replace(
    query="&".join(filter(None, [NAMED.query, f"application_name={NAME}"]))
).geturl()
TABLES = """
    drop table if exists orders, audit;
    create table orders (item text check (item <> 'nothing'));
    create table audit (note text check (note <> 'order: secret'))"""
NOTES = "select count(*) from audit where note = 'order: ' || $1"
END = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = $1"""
WORKING = """
    select count(*) from pg_stat_activity
    where datname = current_database() and application_name = $1
    and wait_event_type = 'Lock'"""
SESSIONS = """
    select count(*) from pg_stat_activity
    where datname = current_database() and application_name = $1"""


async def at_the_lock(watcher, count: int) -> int:
    """How many orders wait for the locked table, once it is as many, or late."""
    for _ in range(200):
        if (found := await watcher.fetchval(WORKING, NAME)) >= count:
            break
        await asyncio.sleep(0.005)
    return found


@asynccontextmanager
async def opened(submission: Submission, size: int):
    """The submission's pool over fresh tables, and a watcher's connection."""
    watcher = await asyncpg.connect(DSN)
    pool = None
    try:
        await watcher.fetch(END, NAME)
        await watcher.execute(TABLES)
        while await watcher.fetchval(SESSIONS, NAME):  # noqa: ASYNC110
            await asyncio.sleep(0.005)  # those of the case before end
        pool = await submission.open_pool(NAMED, size)
        expect(
            isinstance(pool, asyncpg.Pool),
            hint="`open_pool` should return an asyncpg pool that is open.",
            saw=f"an object of type {type(pool).__name__}",
        )
        yield pool, watcher
        sessions = await watcher.fetchval(SESSIONS, NAME)
        expect(
            sessions <= size,
            hint="The server has no more connections to give than `size`. Who opened "
            "the others?",
            saw=f"size {size}, and {sessions} sessions",
        )
    finally:
        if isinstance(pool, asyncpg.Pool):
            pool.terminate()
        await watcher.fetch(END, NAME)
        await watcher.close()


async def all_of(tasks, size: int) -> list:
    """What became of the orders, once all have ended."""
    _, waiting = await asyncio.wait(tasks, timeout=1.8)
    for task in waiting:
        task.cancel()
    if waiting:
        await asyncio.wait(waiting, timeout=1)
    expect(
        not waiting,
        hint="The orders wait for each other, or for themselves. How many connections "
        "does one order hold at a time?",
        saw=f"{size} connections, {len(tasks)} orders: {len(waiting)} still wait",
    )
    return [
        None if task.cancelled() else task.exception() or task.result()
        for task in tasks
    ]


def expect_nothing_left() -> None:
    left = pending_tasks()
    expect(
        not left,
        hint="The order has ended, and a task that it started has not.",
        saw=f"{len(left)} tasks still running",
    )


async def expect_rows(watcher, items: list[str]) -> None:
    notes = [row[0] for row in await watcher.fetch("select note from audit")]
    orders = [row[0] for row in await watcher.fetch("select item from orders")]
    expect(
        same(sorted(orders), sorted(items)),
        hint="Each order is one row in `orders`.",
        saw=f"wanted {len(items)} orders, found {len(orders)}",
    )
    expect(
        same(sorted(notes), sorted(f"order: {item}" for item in items)),
        hint="When an order has returned, its note is in `audit`.",
        saw=f"{len(items)} orders, and {len(notes)} notes",
    )


async def expect_all_back(pool, size: int, why: str) -> None:
    async with AsyncExitStack() as stack:
        for number in range(size):
            try:
                await stack.enter_async_context(pool.acquire(timeout=1))
            except TimeoutError:
                expect(False, hint=why, saw=f"only {number} of {size} can be lent")


@case("the pool is opened")
async def pool_is_opened(submission: Submission):
    for size in (1, 3):
        async with opened(submission, size) as (pool, _):
            expect(
                pool.get_max_size() == size,
                hint="A bigger pool moves the day on which it stands still, and takes "
                "connections that the server does not have.",
                saw=f"size {size}, and the pool lends up to {pool.get_max_size()}",
            )


@case("one connection, one order")
async def one_and_one(submission: Submission):
    async with opened(submission, 1) as (pool, watcher):
        (ended,) = await all_of(
            [asyncio.create_task(submission.place_order(pool, "book"))], 1
        )
        expect_nothing_left()
        expect(
            same(ended, "book"),
            hint="`place_order` returns the item.",
            saw=f"it ended with {ended!r}",
        )
        await expect_rows(watcher, ["book"])


@case("two connections, twenty orders at once")
async def twenty_orders(submission: Submission):
    async with opened(submission, 2) as (pool, watcher):
        items = [f"item {number}" for number in range(20)]
        tasks = [
            asyncio.create_task(submission.place_order(pool, item)) for item in items
        ]
        ended = await all_of(tasks, 2)
        expect(
            same(ended, items),
            hint="An order failed that should have been placed.",
            saw=f"{[e for e in ended if not isinstance(e, str)][:1]!r}",
        )
        await expect_rows(watcher, items)


@case("the table is locked for a while")
async def locked(submission: Submission):
    for table in ("orders", "audit"):
        async with opened(submission, 2) as (pool, watcher):
            holder = await asyncpg.connect(DSN)
            try:
                async with holder.transaction():
                    await holder.execute(f"lock table {table}")
                    tasks = [
                        asyncio.create_task(
                            submission.place_order(pool, f"item {number}")
                        )
                        for number in range(4)
                    ]
                    working = await at_the_lock(watcher, 2)
                    sessions = await watcher.fetchval(SESSIONS, NAME)
            finally:
                await holder.close()
            expect(
                sessions <= 2,
                hint="The server has no more connections to give than `size`. Who "
                "opened the others?",
                saw=f"size 2, and {sessions} sessions while orders are placed",
            )
            expect(
                working == 2,
                hint="With two connections two orders work at a time. What makes them "
                "queue up before the pool, or hold what they do not use?",
                saw=f"four orders, and {working} of 2 connections work on {table!r}",
            )
            await all_of(tasks, 2)


@case("the database refuses")
async def database_refuses(submission: Submission):
    async with opened(submission, 2) as (pool, watcher):
        for item in ("nothing", "secret", "nothing"):
            (ended,) = await all_of(
                [asyncio.create_task(submission.place_order(pool, item))], 2
            )
            expect(
                isinstance(ended, asyncpg.CheckViolationError),
                hint="The database refused a row, and the caller was not told.",
                saw=f"{item!r}: it ended with {ended!r}",
            )
            await expect_all_back(pool, 2, "A refused order keeps its connection.")
            expect(
                item != "nothing" or not await watcher.fetchval(NOTES, item),
                hint="The database refused the order, and there is a note of it. In "
                "which order do the two rows come?",
                saw=f"the audit holds 'order: {item}'",
            )


@case("clients leave")
async def clients_leave(submission: Submission):
    async with opened(submission, 2) as (pool, _):
        for turns in range(12):
            tasks = [
                asyncio.create_task(submission.place_order(pool, "book"))
                for _ in range(4)
            ]
            for _ in range(turns):
                await asyncio.sleep(0.0005)
            for task in tasks:
                task.cancel()
            await all_of(tasks, 2)
        await expect_all_back(pool, 2, "Cancelled orders keep their connections.")
        expect_nothing_left()
