"""The share of a worker: computed, refused, and taken by all of them at once."""

import asyncio
import gc
import warnings
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress

import asyncpg

from asyncwith import postgres, sweep_task
from asyncwith.checking import Submission, case, expect

DEFINES = ("open_pool",)

DSN = postgres.dsn()
UNLIMITED = -1
UNCLOSED = "unclosed connection <asyncpg"
SESSIONS = """
    from pg_stat_activity where datname = current_database()
    and application_name = 'size_the_pool'"""
NAMED = f"{DSN}{'&' if '?' in DSN else '?'}application_name=size_the_pool"


@asynccontextmanager
async def opened(submission: Submission, dsn: str, workers: int, spare: int):
    pool = await submission.open_pool(dsn, workers, spare)
    expect(
        isinstance(pool, asyncpg.Pool),
        hint="`open_pool` returns an asyncpg pool.",
        saw=f"an object of type {type(pool).__name__}",
    )
    expect(
        not pool.is_closing() and not getattr(pool, "_closed", False),
        hint="The pool is closed before its first user has seen it. Which block of "
        "yours closes it?",
        saw="a pool that is closed",
    )
    try:
        yield pool
    finally:
        with suppress(asyncpg.InterfaceError):  # it was never opened
            pool.terminate()


@asynccontextmanager
async def watched():
    """Ends what earlier cases left open, and counts the sessions from then on."""
    watcher = await asyncpg.connect(DSN)

    async def count() -> int:
        return await watcher.fetchval(f"select count(*) {SESSIONS}")

    try:
        await watcher.execute(f"select pg_terminate_backend(pid) {SESSIONS}")
        while await count():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        yield count
    finally:
        await watcher.close()


@asynccontextmanager
async def limited(limit: int):
    """Set the database's own limit for a while; what the server gives then."""
    connection = await asyncpg.connect(DSN)
    try:
        name = await connection.fetchval("select quote_ident(current_database())")
        before = await connection.fetchval(
            "select datconnlimit from pg_database where datname = current_database()"
        )
        change = f"alter database {name} connection limit"
        most = int(await connection.fetchval("show max_connections"))
        kept = int(await connection.fetchval("show superuser_reserved_connections"))
        await connection.execute(f"{change} {limit}")
        try:
            yield most - kept if limit == UNLIMITED else min(most - kept, limit)
        finally:
            await connection.execute(f"{change} {before}")
    finally:
        await connection.close()


async def settled(count, wanted: int) -> int:
    """The number of sessions, once it is that, or late."""
    for _ in range(60):
        if (found := await count()) == wanted:
            break
        await asyncio.sleep(0.005)
    return found


def from_asyncpg(error: BaseException) -> bool:
    """Whether asyncpg's own code raised it."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    raised_in = step.tb_frame.f_globals.get("__name__", "") if step else ""
    return raised_in.partition(".")[0] == "asyncpg"


@asynccontextmanager
async def overheard():
    """An address of the server, and what its clients say."""
    said = bytearray()

    async def pass_on(reader, writer, note) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                note(data)
                writer.write(data)
        writer.close()

    async with postgres.proxy(DSN) as network:

        async def serve(reader, writer) -> None:
            there, back = await asyncio.open_connection("127.0.0.1", network.port)
            await asyncio.gather(
                pass_on(reader, back, said.extend),
                pass_on(there, writer, lambda data: None),
            )

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            yield network.dsn.replace(f":{network.port}/", f":{port}/"), said
        finally:
            server.close()


@contextmanager
def heard():
    """The warnings of the block alone: what was dropped before is collected first."""
    gc.collect()
    with warnings.catch_warnings(record=True, action="always") as noticed:
        yield noticed


def expect_hung_up(noticed, hint: str) -> None:
    unclosed = [w for w in noticed if str(w.message).startswith(UNCLOSED)]
    expect(
        not unclosed,
        hint=f"{hint} (The garbage collector did it later, and complained.)",
        saw=f"{len(unclosed)} times: {UNCLOSED}",
    )


def expect_share(pool, workers: int, spare: int, given: int, limit: int) -> None:
    size = pool.get_max_size()
    saw = (
        f"the server gives {given} (datconnlimit {limit}), {spare} spare, "
        f"{workers} workers: a pool of {size}"
    )
    expect(
        size == 1 or size != (given - spare) // workers,
        hint="How many workers run while a deployment is under way?",
        saw=saw,
    )
    expect(
        limit == UNLIMITED or size * workers * 2 + spare <= limit,
        hint="Who else limits the sessions of this database, and who needs some?",
        saw=saw,
    )
    expect(
        limit < given or size * workers * 2 + spare <= given,
        hint="The database allows more than the server has.",
        saw=saw,
    )
    expect(
        size * workers * 2 + spare <= given,
        hint="Add up what all workers may take at once, what is spare, and what the "
        "server keeps for itself.",
        saw=saw,
    )
    expect(
        size == (given - spare) // (workers * 2),
        hint="Connections stay free that a worker could have.",
        saw=saw,
    )


@case("the pool starts")
async def starts(submission: Submission):
    with heard() as noticed:
        async with (
            watched() as count,
            limited(19),
            opened(submission, NAMED, 2, 3) as pool,
        ):
            found = await count()
            expect(
                pool.get_size() == 1 and pool.get_min_size() <= 1,
                hint="At its start the pool opens one connection. What is the default?",
                saw=f"the pool has {pool.get_size()} open",
            )
            expect(
                found == 1,
                hint="Somebody asked the server and did not hang up.",
                saw=f"the pool has one connection, the server {found} sessions",
            )
        gc.collect()
    expect_hung_up(noticed, hint="Somebody asked the server and did not hang up.")


@case("the shares are compared")
async def shares(submission: Submission):
    for limit in (UNLIMITED, 1_000, 20, 11):
        async with watched(), limited(limit) as given:
            for workers, spare in ((1, 0), (2, 5), (2, 3), (given // 4 - 1, 2)):
                try:
                    async with opened(submission, NAMED, workers, spare) as pool:
                        expect_share(pool, workers, spare, given, limit)
                except ValueError as error:
                    expect(
                        limit != UNLIMITED,
                        hint="In `datconnlimit`, -1 is no limit at all.",
                        saw=f"{workers} workers, {spare} spare: ValueError: {error}",
                    )
                    raise


@case("everybody takes all they may")
async def all_wanted(submission: Submission):
    limit, taken = 18, 0  # two more: the check's own sessions
    async with watched(), limited(limit) as given, AsyncExitStack() as everybody:
        try:
            for _ in range(2 * 2):
                pool = await everybody.enter_async_context(
                    opened(submission, NAMED, 2, 3)
                )
                expect_share(pool, 2, 3, given, limit)
                for _ in range(pool.get_max_size()):
                    await everybody.enter_async_context(pool.acquire())
                    taken += 1
            for _ in range(3):
                console = await asyncpg.connect(NAMED)
                everybody.push_async_callback(console.close)
                taken += 1
        except asyncpg.TooManyConnectionsError as error:
            expect(
                False,
                hint="Four workers during a deployment, three consoles: the server "
                "refused one of them.",
                saw=f"after {taken} connections: {error}",
            )


@case("there are too many workers")
async def too_many(submission: Submission):
    async with watched() as count, limited(15) as given:
        for workers, spare in ((given, 0), (given // 2, 2), (1, given)):
            saw = "it returned a pool"
            try:
                async with opened(submission, NAMED, workers, spare) as pool:
                    saw += f" of {pool.get_max_size()}"
            except ValueError as error:
                expect(
                    not from_asyncpg(error),
                    hint="asyncpg complains of the sizes. Compare yours with what "
                    "they may be, and say which workers are too many.",
                    saw=f"{workers} workers: ValueError: {error}",
                )
                found = await settled(count, 0)
                expect(
                    found == 0,
                    hint="It refused, and left a connection open.",
                    saw=f"{found} sessions after the ValueError",
                )
            else:
                expect(
                    False,
                    hint="Not even one connection for each: whoever starts last gets "
                    "none, at the busiest moment.",
                    saw=f"{workers} workers, {spare} spare, {given} in all: {saw}",
                )


@case("it is cancelled, wherever it waits")
async def cancelled(submission: Submission):
    async with watched() as count, limited(19):

        def scenario():
            return opened(submission, NAMED, 2, 3)

        known, patience = 0, 100

        async def leaked():
            nonlocal known, patience
            for _ in range(patience):
                if (left := await count()) <= known:
                    break
                await asyncio.sleep(0.005)
            new, known = max(0, left - known), left
            patience = 5 if known else patience
            return ["connection"] * new

        with heard() as noticed:
            report = await sweep_task(scenario, leaked=leaked)
            gc.collect()
    hint = "Cancelled while it starts, it should leave nothing open, and end."
    expect_hung_up(noticed, hint)
    for outcome in report:
        expect(
            outcome.clean,
            hint=hint,
            saw=f"cancelled at {outcome.point} ({outcome.place}): {outcome}",
        )


@case("the server cannot be asked")
async def cannot_ask(submission: Submission):
    async with postgres.proxy(DSN) as network:
        network.refuse()
        error = None
        try:
            await submission.open_pool(network.dsn, 1, 0)
        except BaseException as caught:
            error = caught
        expect(
            isinstance(error, ConnectionError),
            hint="Nobody listens there: that should come out.",
            saw=f"it ended with {error!r}",
        )


@case("what it asks the server")
async def asks(submission: Submission):
    async with overheard() as (dsn, said):
        async with opened(submission, dsn, 2, 3):
            pass
        asked = bytes(said).lower()
    if b"datconnlimit" not in asked:
        return  # encrypted: it cannot be overheard
    for name in (b"max_connections", b"superuser_reserved_connections"):
        expect(
            name in asked or b"pg_settings" in asked or b"show all" in asked,
            hint="Another server has other settings. Where does each figure of your "
            "sum come from?",
            saw=f"nobody asked for {name.decode()}",
        )
