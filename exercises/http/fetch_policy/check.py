"""Each kind of bad answer becomes one of two exceptions, and holds nothing."""

import asyncio

import aiohttp

from asyncwith import local_server
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("fetch", "Unavailable", "Unusable")

PRICE = {"id": 1, "name": "Ada"}
CONDUCT = "`Unavailable` and `Unusable` should be two exceptions, `Exception`s."


async def ask(submission: Submission, path: str, seconds: float = 2.0):
    """What `fetch` returned or raised, over a session of one connection.

    Afterwards the same session must be open, and its connection free.
    """
    async with local_server() as server:
        one = aiohttp.TCPConnector(limit=1)
        async with aiohttp.ClientSession(connector=one) as session:
            url = server.url(path) if path.startswith("/") else path
            try:
                outcome = await submission.fetch(session, url, seconds)
            except Exception as error:
                outcome = error
            asked = server.requests[path.partition("?")[0]]
            await expect_free(server, session, path)
    return outcome, asked


async def expect_free(server, session, path: str) -> None:
    expect(
        not session.closed,
        hint="The session is the caller's. Others still need it.",
        saw=f"after {path} the session is closed",
    )
    limit = aiohttp.ClientTimeout(total=1)
    try:
        async with session.get(server.url("/json"), timeout=limit) as response:
            await response.read()
    except TimeoutError:
        expect(
            False,
            hint="The call has ended, and its connection is not free. What gives it "
            "back on this way out?",
            saw=f"after {path} the next request gets no connection",
        )


def expect_kind(submission, outcome, name: str, path: str, hint: str) -> None:
    kinds = {kind: getattr(submission, kind) for kind in ("Unavailable", "Unusable")}
    expect(
        all(isinstance(k, type) and issubclass(k, Exception) for k in kinds.values())
        and not issubclass(kinds["Unusable"], kinds["Unavailable"])
        and not issubclass(kinds["Unavailable"], kinds["Unusable"]),
        hint=CONDUCT,
    )
    expect(
        isinstance(outcome, kinds[name]),
        hint=hint,
        saw=f"{path}: {outcome!r}; expected {name}",
    )


def expect_cause(outcome, wanted: type, path: str) -> None:
    cause = outcome.__cause__
    expect(
        type(cause) is not aiohttp.ClientError and isinstance(cause, wanted),
        hint="What aiohttp raised says more than your exception. Keep it as the cause.",
        saw=f"{path}: __cause__: {cause!r}",
    )


@case("a good answer")
async def good_answer(submission: Submission):
    price, asked = await ask(submission, "/json")
    expect(same(price, PRICE), hint="Return the decoded JSON.", saw=repr(price))
    expect(asked == 1, hint="It should ask once.", saw=f"{asked} requests")


@case("the server fails")
async def server_fails(submission):
    for path in ("/flaky?fail=9", "/status/500", "/status/503?size=2000000"):
        outcome, asked = await ask(submission, path)
        expect_kind(
            submission,
            outcome,
            "Unavailable",
            path,
            "The status says that the server failed. What did you look at first?",
        )
        expect(
            asked == 1,
            hint="It should ask once: whether to ask again is the caller's decision.",
            saw=f"{path}: {asked} requests",
        )


@case("the request is refused")
async def request_refused(submission):
    for status in (400, 404, 499):
        path = f"/flaky?fail=9&status={status}"  # with a body in JSON
        outcome, _ = await ask(submission, path)
        expect_kind(
            submission,
            outcome,
            "Unusable",
            path,
            "A status from 400 to 499: the next time it will be the same.",
        )


@case("the answer is text")
async def text(submission):
    outcome, _ = await ask(submission, "/text")
    expect_kind(
        submission,
        outcome,
        "Unusable",
        "/text",
        "Status 200, and no JSON. What does aiohttp raise, and what is it a kind of?",
    )
    expect_cause(outcome, aiohttp.ContentTypeError, "/text")


@case("the connection is refused, dropped, lost in the middle")
async def lost(submission):
    for path, wanted in (
        ("http://127.0.0.1:1/", aiohttp.ClientConnectorError),
        ("/drop", aiohttp.ServerDisconnectedError),
        ("/cut?size=2000", aiohttp.ClientPayloadError),
    ):
        outcome, _ = await ask(submission, path)
        expect_kind(
            submission,
            outcome,
            "Unavailable",
            path,
            "The connection was lost. It may be there again later.",
        )
        expect_cause(outcome, wanted, path)


@case("the answer does not come in time")
async def too_late(submission):
    loop = asyncio.get_running_loop()
    for path in (
        "/hang",
        "/stream?chunks=2&size=10&pause=60",
        "/stream?chunks=200&size=10&pause=0.02",
    ):
        began = loop.time()
        try:
            async with asyncio.timeout(1.5):
                outcome, _ = await ask(submission, path, 0.2)
        except TimeoutError:
            outcome = None
        expect(
            outcome is not None and loop.time() - began < 1.5,
            hint="`seconds` are over, and it waits: for the headers, for the rest of "
            "the body, or for a body in many small pieces.",
            saw=path,
        )
        expect_kind(
            submission,
            outcome,
            "Unavailable",
            path,
            "The time was up. Which exception says so, and is it a ClientError?",
        )
        expect_cause(outcome, TimeoutError, path)


@case("a slow answer, within its time")
async def slow_answer(submission):
    answer, _ = await ask(submission, "/slow?seconds=0.5", 2.0)
    expect(
        same(answer, {"slept": 0.5}),
        hint="The answer came within `seconds`. Which limit ended it?",
        saw=repr(answer),
    )


def head_of_an_answer(status: int):
    """A server that sends the head of an answer, and never its body."""

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            f"HTTP/1.1 {status} Sorry\r\nContent-Type: application/json\r\n"
            "Content-Length: 9\r\n\r\n".encode()
        )
        await reader.read()  # until the client hangs up
        writer.close()

    return answer


@case("the body of an error never comes")
async def body_never_comes(submission):
    for status, name in ((404, "Unusable"), (500, "Unavailable")):
        answer = head_of_an_answer(status)
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            address = "http://127.0.0.1:{1}/".format(*server.sockets[0].getsockname())
            outcome, _ = await ask(submission, address, 0.2)
        expect_kind(
            submission,
            outcome,
            name,
            f"status {status}, and no body",
            "The status says enough. What did you wait for?",
        )
        expect(
            not isinstance(outcome.__cause__, TimeoutError),
            hint="The status says enough. What did you wait for?",
            saw=f"status {status}, and no body: {outcome.__cause__!r}",
        )


@case("the server is killed in the middle of an answer, and started again")
async def killed(submission):
    path = "/stream?chunks=2&size=10&pause=60"
    async with local_server() as server, aiohttp.ClientSession() as session:
        fetch = submission.fetch(session, server.url(path), 5)
        task = asyncio.create_task(fetch)
        async with asyncio.timeout(1):
            await server.until(lambda: server.bytes_sent["/stream"])
        async with server.down():
            await asyncio.wait([task], timeout=1)
        expect(
            task.done(),
            hint="The server was killed, and the call goes on. Who decides whether to "
            "ask again?",
            saw=f"{server.requests['/stream']} requests",
        )
        hint = "The connection was lost. It may be there again later."
        expect_kind(submission, task.exception(), "Unavailable", path, hint)
        expect_cause(task.exception(), aiohttp.ClientError, path)
        await expect_free(server, session, path)
        price = await submission.fetch(session, server.url("/json"), 2)
        expect(same(price, PRICE), hint="Return the decoded JSON.", saw=repr(price))


@case("the address is none")
async def no_address(submission):
    outcome, _ = await ask(submission, "<https://api.example.com/prices>")
    expect(
        isinstance(outcome, aiohttp.InvalidURL),
        hint="A wrong address is a mistake in the program, and should be seen as one.",
        saw=repr(outcome),
    )


@case("it is cancelled, and a timeout of the caller's expires")
async def cancelled(submission):
    for path in ("/hang", "/stream?chunks=2&size=10&pause=60"):
        async with local_server() as server, aiohttp.ClientSession() as session:
            fetch = submission.fetch(session, server.url(path), 10)
            task = asyncio.create_task(fetch)
            async with asyncio.timeout(1):
                await server.until(lambda: server.handlers_running)
            await asyncio.sleep(0.02)
            task.cancel()
            await asyncio.wait([task], timeout=1)
            expect(
                task.cancelled(),
                hint="It was cancelled, and says something else. What is a "
                "cancellation a kind of?",
                saw=f"{path}: {'ended otherwise' if task.done() else 'goes on'}",
            )
    async with local_server() as server, aiohttp.ClientSession() as session:
        outcome = None
        try:
            async with asyncio.timeout(0.1):
                await submission.fetch(session, server.url("/hang"), 10)
        except Exception as error:
            outcome = error
        expect(
            isinstance(outcome, TimeoutError),
            hint="The caller's timeout expired, and the caller does not learn of it.",
            saw=repr(outcome),
        )


@case("the session is closed")
async def session_is_closed(submission):
    async with local_server() as server:
        session = aiohttp.ClientSession()
        await session.close()
        outcome = None
        try:
            await submission.fetch(session, server.url("/json"), 2)
        except Exception as error:
            outcome = error
    expect(
        isinstance(outcome, RuntimeError),
        hint="The session is closed: no request was made, and later it will be the "
        "same. Which exceptions did you mean to catch?",
        saw=repr(outcome),
    )
