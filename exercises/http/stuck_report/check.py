"""Reports over few connections: large documents, failing shops, a slow one."""

import asyncio

import aiohttp

from asyncwith import local_server
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("collect",)

ROWS = 30_000  # more than a client buffers of a body that nobody reads


def limited(total: float = 3, **limits: int) -> aiohttp.ClientSession:
    """A session with few connections."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(**limits),
        timeout=aiohttp.ClientTimeout(total=total),
    )


async def soon(server, condition, seconds=1.0) -> bool:
    """Whether a condition on the server's counters holds within some seconds."""
    try:
        async with asyncio.timeout(seconds):
            await server.until(condition)
    except TimeoutError:
        return False
    return True


async def report(submission: Submission, session, urls, seconds: float = 2.5):
    """What `collect` returned or raised; None if it did not end in time."""
    task = asyncio.create_task(submission.collect(session, urls))
    ended, _ = await asyncio.wait([task], timeout=seconds)
    if not ended:
        task.cancel()
        await asyncio.wait([task], timeout=0.5)
        return None
    return task.exception() or task.result()


def rows_of(documents: object) -> list[object]:
    """The number of rows of each document; None where there is no list."""
    values = documents.values() if isinstance(documents, dict) else ()
    return [len(value) if isinstance(value, list) else None for value in values]


def shops(server, number: int, rows: int) -> list[str]:
    return [server.url(f"/items?n={rows}&shop={i}") for i in range(number)]


def expect_limits(session, connector, wanted: tuple[int, int]) -> None:
    expect(
        not session.closed and session.connector is connector,
        hint="The session is the caller's. Others use it too.",
        saw="it is closed, or has another connector",
    )
    expect(
        same((connector.limit, connector.limit_per_host), wanted),
        hint="The limits are there for the shops' sake. They are not the fault.",
        saw=f"limit={connector.limit}, limit_per_host={connector.limit_per_host}",
    )


@case("the test data: small documents")
async def small(submission: Submission):
    async with local_server() as server, limited(limit=4) as session:
        urls = shops(server, 12, 20)
        documents = await report(submission, session, urls)
        expect(
            isinstance(documents, dict) and list(documents) == urls,
            hint="A dict from address to document, for every address.",
            saw=repr(documents)[:80],
        )
        expect(
            same(rows_of(documents), [20] * 12),
            hint="Each document should be complete, and decoded.",
            saw=f"rows: {rows_of(documents)}",
        )
        nothing = await report(submission, session, [])
        expect(same(nothing, {}), hint="No shops, an empty dict.", saw=repr(nothing))


@case("large documents, four connections")
async def large_in_total(submission):
    await large(submission, 4, limit=4)


@case("large documents, two connections for each host")
async def large_per_host(submission):
    await large(submission, 2, limit=0, limit_per_host=2)


async def large(submission: Submission, allowed: int, **limits: int) -> None:
    """Six documents that do not fit into a client's buffer."""
    async with local_server() as server, limited(**limits) as session:
        connector = session.connector
        documents = await report(submission, session, shops(server, 6, ROWS))
        asked = server.requests["/items"]
        opened = server.connections_peak
        expect(
            documents is not None,
            hint="It is stuck. What does a response hold until its body is read, "
            "and who waits for that?",
            saw=f"{limits}: {asked} of 6 shops asked",
        )
        expect(
            same(rows_of(documents), [ROWS] * 6),
            hint="Each document should be complete, and decoded.",
            saw=f"rows: {rows_of(documents)}",
        )
        expect(
            opened <= allowed,
            hint="The limits are there for the shops' sake. They are not the fault.",
            saw=f"{limits}, and {opened} connections at once",
        )
        wanted = limits["limit"], limits.get("limit_per_host", 0)
        expect_limits(session, connector, wanted)


@case("shops fail, each in its own way")
async def shops_fail(submission):
    async with local_server() as server, limited(limit=4) as session:
        bad = [
            server.url("/status/503?size=1000000"),
            server.url("/flaky?fail=9&status=404"),
            server.url("/text"),
            server.url("/drop"),
            server.url("/cut?size=1000000"),
            "http://127.0.0.1:1/",
        ]
        good = shops(server, 6, 20)
        urls = [url for pair in zip(bad, good, strict=True) for url in pair]
        documents = await report(submission, session, urls)
        expect(
            documents is not None,
            hint="It is stuck. What does a response hold until its body is read, also "
            "that of an error?",
        )
        expect(
            isinstance(documents, dict),
            hint="One shop has failed, and there is no report at all.",
            saw=repr(documents),
        )
        for url in bad:
            expect(
                url in documents and documents[url] is None,
                hint="A shop that does not answer as it should has `None` in the dict.",
                saw=f"{url}: {documents.get(url, 'nothing')!r}",
            )
        expect(
            same(rows_of(documents), [None, 20] * 6) and list(documents) == urls,
            hint="A shop that fails should not disturb the others.",
            saw=f"rows: {rows_of(documents)}",
        )


async def half_a_document(reader, writer):
    """A shop whose answer is JSON by its content type only."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        b"Content-Length: 5\r\nConnection: close\r\n\r\n[1, 2"
    )
    await writer.drain()
    writer.close()


@case("a shop never answers")
async def never_answers(submission):
    async with local_server() as server, limited(total=0.5, limit=4) as session:
        hang = server.url("/hang")
        silent = server.url("/stream?chunks=2&pause=60")
        urls = [hang, *shops(server, 3, 20), silent]
        documents = await report(submission, session, urls)
        expect(
            isinstance(documents, dict),
            hint="The session's timeout has expired for one shop, and there is no "
            "report. Which exception is that, and what is it a kind of?",
            saw=repr(documents),
        )
        expect(
            same(rows_of(documents), [None, 20, 20, 20, None]),
            hint="A shop that does not answer has `None`, the others their document.",
            saw=f"rows: {rows_of(documents)}",
        )


@case("requests are held at the gate")
async def overlap(submission):
    async with local_server() as server, limited(limit=4) as session:
        urls = [server.url(f"/gate?shop={i}") for i in range(6)]
        task = asyncio.create_task(submission.collect(session, urls))
        arrived = await soon(server, lambda: server.handlers_running == 4)
        expect(
            arrived,
            hint="Four requests may be under way, and are not. What do they wait for?",
            saw=f"{server.handlers_running} at the gate",
        )
        server.open_gate()
        await asyncio.wait([task], timeout=1)
        expect(
            task.done() and same(list(task.result().values()), [{"open": True}] * 6),
            hint="The gate is open, and the report does not come.",
        )


@case("the session is closed already")
async def session_closed(submission):
    session = limited(limit=4)
    await session.close()
    seen = await report(submission, session, ["http://127.0.0.1:1/"])
    expect(
        isinstance(seen, RuntimeError | ExceptionGroup),
        hint="The session was closed, which is no shop's fault, and the report says "
        "that a shop failed. What do you catch?",
        saw=repr(seen),
    )


@case("it is cancelled")
async def cancelled(submission):
    async with local_server() as server, limited(limit=4) as session:
        urls = [server.url(f"/hang?shop={i}") for i in range(6)]
        task = asyncio.create_task(submission.collect(session, urls))
        await soon(server, lambda: server.handlers_running == 4)
        task.cancel()
        await asyncio.wait([task], timeout=1)
        expect(
            task.cancelled(),
            hint="It was cancelled, and does not end as cancelled.",
            saw="it has ended otherwise" if task.done() else "it goes on",
        )
        expect(
            await soon(server, lambda: server.connections_open == 0)
            and server.requests["/hang"] == 4,
            hint="It was cancelled, and requests of it are still under way. Who waits "
            "for their end?",
            saw=f"{server.connections_open} connections open, "
            f"{server.requests['/hang']} requests begun",
        )
        expect(not session.closed, hint="The session is the caller's.")


@case("a shop says JSON, and sends half of a document")
async def not_json(submission):
    bad = await asyncio.start_server(half_a_document, "127.0.0.1", 0)
    async with bad, local_server() as server, limited(limit=4) as session:
        port = bad.sockets[0].getsockname()[1]
        urls = [f"http://127.0.0.1:{port}/", *shops(server, 2, 20)]
        documents = await report(submission, session, urls)
        expect(
            same(rows_of(documents), [None, 20, 20]),
            hint="One shop says that it sends JSON, and what it sends is none. Which "
            "exception is that, and whose?",
            saw=repr(documents)[:80],
        )
