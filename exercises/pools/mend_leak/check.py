"""A report gives its connection back: null, error, cancellation, dead backend."""

import asyncio
import secrets
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg

from asyncwith import postgres
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("report",)

DSN = postgres.dsn()
NAMED = {"application_name": ""}  # another one for each pool
SIZE = 2


@asynccontextmanager
async def opened():
    """A pool that ends with its block, whatever has leaked."""
    NAMED["application_name"] = f"mend_leak {secrets.token_hex(4)}"
    pool = await asyncpg.create_pool(
        DSN, min_size=SIZE, max_size=SIZE, server_settings=NAMED
    )
    try:
        yield pool
    finally:
        pool.terminate()


async def expect_all_back(pool, hint: str, *, alive: bool = True) -> None:
    """All slots can be lent; while their backends live, they are idle at once."""
    size, idle, free = pool.get_size(), pool.get_idle_size(), 0
    async with AsyncExitStack() as stack:
        while free < SIZE:
            try:
                await stack.enter_async_context(pool.acquire(timeout=1))
            except TimeoutError:
                break
            free += 1
    expect(
        free == SIZE,
        hint=hint,
        saw=f"{SIZE - free} of {SIZE} connections cannot be lent any more",
    )
    expect(
        size == SIZE or not alive,
        hint="The connection was to go back to the pool, and it is closed. The next "
        "report has to open another one.",
        saw=f"at the end of `report`, the pool had {size} of {SIZE} connections",
    )
    expect(
        idle == SIZE or not alive,
        hint="It comes back after `report` has ended. Who waits for the release?",
        saw=f"at the end of `report`, {idle} of {SIZE} were idle",
    )


async def ended(pool, task: asyncio.Task) -> str:
    """How a report ended: the name of its exception, or what it returned."""
    await asyncio.wait([task], timeout=2)
    expect(
        task.done(),
        hint="It waits for what never comes.",
        saw="still waiting after 2 s",
    )
    if task.cancelled():
        return "CancelledError"
    error = task.exception()
    return type(error).__name__ if error else f"it returned {task.result()!r}"


async def busy(pool) -> None:
    """Wait until a backend of the pool works."""
    watcher = await asyncpg.connect(DSN)
    try:
        while not await watcher.fetchval(WORKING, NAMED["application_name"]):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    finally:
        await watcher.close()


WORKING = """
    select pid from pg_stat_activity
    where datname = current_database() and application_name = $1
    and state = 'active' and query like '%pg_sleep%' limit 1"""


@case("nothing fails")
async def nothing_fails(submission: Submission):
    queries = [
        "select set_config('shop.name', 'Lisbon', false)",
        "select current_setting('shop.name', true)",
    ]
    async with opened() as pool:
        values = await submission.report(pool, queries)
        expect(
            not same(values, ["Lisbon", ""]),
            hint="The queries of one report share a session: what the first sets, the "
            "second reads. On how many connections do yours run?",
            saw="the second query does not see what the first one set",
        )
        expect(
            same(values, ["Lisbon", "Lisbon"]),
            hint="It should return the values, in the order of the queries.",
            saw=f"it returned {values!r}",
        )
        await expect_all_back(pool, "Nothing failed, and a connection is lost.")
        values = await submission.report(pool, ["select 0", "select ''", "select 0"])
        expect(
            same(values, [0, "", 0]),
            hint="Only null is no value. 0 is one, and so is an empty text, and each "
            "query has its own.",
            saw=f"of 0, '' and 0 it returned {values!r}",
        )
        values = await submission.report(pool, [])
        expect(
            same(values, []),
            hint="No queries: an empty report.",
            saw=f"it returned {values!r}",
        )


@case("a value is null")
async def value_is_null(submission: Submission):
    async with opened() as pool:
        queries = ["select 7", "select null::int", "select 1/0"]
        task = asyncio.create_task(submission.report(pool, queries))
        said = await ended(pool, task)
        expect(
            said == "it returned None",
            hint="Null ends the report: it returns None and runs nothing more.",
            saw=said,
        )
        await expect_all_back(pool, "An early return, and nobody released.")


@case("a query fails")
async def query_fails(submission: Submission):
    async with opened() as pool:
        for queries in (["select 1/0"], ["select 1", "select 1/0", "select 2"]):
            said = await ended(
                pool, asyncio.create_task(submission.report(pool, queries))
            )
            expect(
                said == "DivisionByZeroError",
                hint="The query's error tells the caller what went wrong: let it out.",
                saw=said,
            )
            await expect_all_back(pool, "A query failed, and nobody released.")


@case("the client leaves while the report waits for its connection")
async def leaves_early(submission: Submission):
    async with opened() as pool:
        async with pool.acquire(), pool.acquire():
            task = asyncio.create_task(submission.report(pool, ["select 1"]))
            await asyncio.sleep(0.02)
            task.cancel()
            said = await ended(pool, task)
        expect(
            said == "CancelledError",
            hint="Cancelled while it waits in `acquire`, it has no connection yet. "
            "What does your cleanup release then?",
            saw=said,
        )
        await expect_all_back(pool, "It left while it waited, and took a slot along.")


@case("the client leaves during a query")
async def leaves_in_query(submission: Submission):
    async with opened() as pool:
        task = asyncio.create_task(submission.report(pool, ["select pg_sleep(3)"]))
        await busy(pool)
        task.cancel()
        said = await ended(pool, task)
        expect(
            said == "CancelledError",
            hint="The cancellation disappeared: who cancelled waits for it to stop.",
            saw=said,
        )
        await expect_all_back(
            pool, "Cancelled during a query. What does `except Exception` not catch?"
        )


@case("the backend is killed during a query")
async def backend_is_killed(submission: Submission):
    async with opened() as pool:
        task = asyncio.create_task(submission.report(pool, ["select pg_sleep(3)"]))
        await busy(pool)
        watcher = await asyncpg.connect(DSN)
        kill = f"select pg_terminate_backend(pid) from ({WORKING}) as working"
        await watcher.fetchval(kill, NAMED["application_name"])
        await watcher.close()
        await asyncio.wait([task], timeout=1)
        expect(
            task.done(),
            hint="The backend died in the middle of the query, and the report begins "
            "again. Nobody knows what the first one had done: let the error out.",
            saw="it runs its queries a second time",
        )
        said = await ended(pool, task)
        expect(
            said == "ConnectionDoesNotExistError",
            hint="The backend died in the middle of the query. Say so: nobody knows "
            "what it had done by then.",
            saw=said,
        )
        await expect_all_back(
            pool, "The backend died, and its slot is gone.", alive=False
        )
