"""Orders are sent to a server that fails; it counts the bytes of each body."""

import asyncio

import aiohttp

from asyncwith import local_server
from asyncwith.checking import Submission, case, expect, same

DEFINES = ("send",)

SIZE = 3000


def make_body():
    """A new order, in three pieces."""

    async def pieces():
        for _ in range(3):
            yield b"x" * (SIZE // 3)

    return pieces()


class Sent:
    """What became of an order: its outcome, and what server and pause have seen."""

    def __init__(self) -> None:
        self.outcome: object = None
        self.bodies: list[int] = []
        self.pauses: list[object] = []
        self.held = False


async def order(
    submission: Submission, address: str, attempts: int = 3, total: float = 2
) -> Sent:
    """Send an order over the only connection of a session."""
    sent = Sent()
    async with local_server() as server:
        one = aiohttp.TCPConnector(limit=1)
        limit = aiohttp.ClientTimeout(total=total)
        async with aiohttp.ClientSession(connector=one, timeout=limit) as session:

            async def pause(attempt):
                sent.pauses.append(attempt)
                try:
                    async with asyncio.timeout(0.5):
                        async with session.get(server.url("/json")) as response:
                            await response.read()
                except TimeoutError:
                    sent.held = True

            url = server.url(address) if address.startswith("/") else address
            task = asyncio.create_task(
                submission.send(session, url, make_body, attempts, pause)
            )
            ended, _ = await asyncio.wait([task], timeout=1.5)
            if ended and not task.cancelled():
                sent.outcome = task.exception() or task.result()
            expect_free(sent, address)
            expect(
                ended,
                hint="It does not end. What is the next attempt waiting for?",
                saw=address,
            )
            expect(
                not session.closed,
                hint="The session is the caller's.",
                saw="it is closed",
            )
        path = address.partition("?")[0]
        sent.bodies = list(server.bodies_received.get(path, []))
    return sent


def expect_free(sent: Sent, address: str) -> None:
    expect(
        not sent.held,
        hint="During a pause another request got no connection. What do you still "
        "hold?",
        saw=address,
    )


def expect_attempts(
    sent: Sent, number: int, address: str, failure: str = "This failure"
) -> None:
    saw = f"{address}: bodies of {sent.bodies} bytes"
    expect(
        0 not in sent.bodies,
        hint="An empty order has arrived at the server. How often can an async "
        "generator be read?",
        saw=saw,
    )
    expect(
        all(size == SIZE for size in sent.bodies),
        hint="Each attempt should send the complete body.",
        saw=saw,
    )
    expect(
        len(sent.bodies) <= number,
        hint="It was sent more often than it should be. Which failures are worth "
        "another attempt, and how many are allowed?",
        saw=f"{saw}; expected {number}",
    )
    expect(
        len(sent.bodies) == number,
        hint=f"It was sent less often than it should be. {failure} is worth another "
        "attempt. What makes it an exception, and which one?",
        saw=f"{saw}; expected {number}",
    )
    expect(
        same(sent.pauses, list(range(1, number))),
        hint="A pause stands between two attempts, and is told how many were made.",
        saw=f"{number} attempts, pauses {sent.pauses}",
    )


@case("the first attempt succeeds")
async def first_attempt(submission: Submission):
    sent = await order(submission, "/flaky?fail=0")
    expect_attempts(sent, 1, "/flaky?fail=0")
    expect(
        same(sent.outcome, {"attempt": 1}),
        hint="It should return the answer's JSON.",
        saw=repr(sent.outcome),
    )


@case("the server fails twice")
async def fails_twice(submission):
    for address in ("/flaky?fail=2", "/flaky?fail=2&status=500&size=2000000"):
        sent = await order(submission, address)
        expect_attempts(sent, 3, address, "A status of 500 or more")
        expect(
            same(sent.outcome, {"attempt": 3}),
            hint="It should return the answer's JSON.",
            saw=repr(sent.outcome),
        )


@case("the server fails every time")
async def fails_always(submission):
    for attempts in (1, 2):
        sent = await order(submission, "/flaky?fail=9", attempts)
        expect_attempts(sent, attempts, "/flaky?fail=9", "A status of 503")
        expect(
            isinstance(sent.outcome, aiohttp.ClientResponseError)
            and sent.outcome.status == 503,
            hint="The last attempt has failed too. The caller should get its "
            "exception.",
            saw=repr(sent.outcome),
        )


@case("the order is refused")
async def refused(submission):
    for status in (400, 422, 499):
        address = f"/flaky?fail=9&status={status}"
        sent = await order(submission, address)
        expect_attempts(sent, 1, address)
        expect(
            isinstance(sent.outcome, aiohttp.ClientResponseError)
            and sent.outcome.status == status,
            hint="The server has refused the order. The caller should get the "
            "exception that says so.",
            saw=repr(sent.outcome),
        )


@case("the answer is not JSON")
async def not_json(submission):
    sent = await order(submission, "/status/200")
    expect_attempts(sent, 1, "/status/200")
    expect(
        isinstance(sent.outcome, aiohttp.ContentTypeError),
        hint="The order has arrived, and the answer is no JSON. Leave that as it is.",
        saw=repr(sent.outcome),
    )


@case("the answer breaks off")
async def breaks_off(submission):
    sent = await order(submission, "/cut?size=2000")
    expect_attempts(sent, 1, "/cut")
    expect(
        isinstance(sent.outcome, aiohttp.ClientPayloadError),
        hint="The order has arrived, and its answer broke off. Leave that as it is.",
        saw=repr(sent.outcome),
    )


@case("the connection is lost")
async def lost(submission):
    sent = await order(submission, "/drop")
    expect_attempts(sent, 3, "/drop", "A lost connection")
    expect(
        isinstance(sent.outcome, aiohttp.ServerDisconnectedError),
        hint="The last attempt has failed too. The caller should get its exception.",
        saw=repr(sent.outcome),
    )
    sent = await order(submission, "http://127.0.0.1:1/")
    expect(
        isinstance(sent.outcome, aiohttp.ClientConnectorError)
        and same(sent.pauses, [1, 2]),
        hint="No connection, and no attempt is left: the caller should learn it then.",
        saw=f"pauses {sent.pauses}, {sent.outcome!r}",
    )


@case("requests expire")
async def expire(submission):
    sent = await order(submission, "/hang", 2, total=0.2)
    expect_attempts(sent, 2, "/hang", "A timeout")
    expect(
        isinstance(sent.outcome, TimeoutError),
        hint="The last attempt has expired too. The caller should get its exception.",
        saw=repr(sent.outcome),
    )


async def half_an_answer(reader, writer):
    """A server that takes the order, and does not send its answer's end."""
    await reader.readuntil(b"\r\n0\r\n\r\n")
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        b"Content-Length: 9\r\n\r\n[1, 2"
    )
    await reader.read()  # until the client hangs up
    writer.close()


@case("the answer does not come to its end")
async def answer_expires(submission):
    async with await asyncio.start_server(half_an_answer, "127.0.0.1", 0) as half:
        address = "http://127.0.0.1:{1}/".format(*half.sockets[0].getsockname())
        sent = await order(submission, address, 2, total=0.2)
    expect(
        same(sent.pauses, [1]),
        hint="The session's timeout expired while the answer was read. Is that within "
        "the attempt?",
        saw=f"pauses {sent.pauses}, {sent.outcome!r}",
    )
    expect(
        isinstance(sent.outcome, TimeoutError),
        hint="The last attempt has expired too. The caller should get its exception.",
        saw=repr(sent.outcome),
    )


@case("it is cancelled, in a request and in a pause")
async def cancelled(submission):
    async with local_server() as server, aiohttp.ClientSession() as session:
        pauses = []

        async def pause(attempt):
            pauses.append(attempt)
            await asyncio.Event().wait()

        for address in ("/hang", "/flaky?fail=9"):
            url = server.url(address)
            task = asyncio.create_task(
                submission.send(session, url, make_body, 3, pause)
            )
            async with asyncio.timeout(1):
                await server.until(lambda: pauses or server.handlers_running)
            await asyncio.sleep(0.05)
            task.cancel()
            await asyncio.wait([task], timeout=1)
            expect(
                task.cancelled(),
                hint="It was cancelled in a pause, and went on."
                if address != "/hang"
                else "It was cancelled, and did not stop. Which `except` takes a "
                "cancellation for a failure?",
                saw=f"{address}: {'ended otherwise' if task.done() else 'goes on'}",
            )
            path = address.partition("?")[0]
            expect(
                same(server.bodies_received[path], [SIZE]),
                hint="It was cancelled, and sent the order again.",
                saw=f"{address}: bodies of {server.bodies_received[path]} bytes",
            )


@case("the server is restarted in the middle of an order")
async def restarted(submission):
    async with local_server() as server, aiohttp.ClientSession() as session:
        pauses = []
        killed, back = asyncio.Event(), asyncio.Event()

        async def pause(attempt):
            pauses.append(attempt)
            await back.wait()

        async def restart():
            await server.until(lambda: server.bodies_received)
            async with server.down():
                killed.set()
                await asyncio.wait([task], timeout=0.1)
            server.open_gate()
            back.set()

        task = asyncio.create_task(
            submission.send(session, server.url("/gate"), make_body, 2, pause)
        )
        restarting = asyncio.create_task(restart())
        await asyncio.wait([task, restarting], timeout=1.5)
        expect(
            killed.is_set(),
            hint="The order should arrive at the server.",
            saw="no order has arrived",
        )
        outcome = None
        if task.done() and not task.cancelled():
            outcome = task.exception() or task.result()
        bodies = server.bodies_received["/gate"]
        saw = f"bodies of {bodies} bytes, pauses {pauses}, {outcome!r}"
        expect(
            same(pauses, [1]) and same(bodies, [SIZE, SIZE]),
            hint="The server was killed before it answered, and was back after the "
            "first pause. Two attempts, with a pause between them.",
            saw=saw,
        )
        expect(
            same(outcome, {"open": True}),
            hint="It should return the answer's JSON.",
            saw=saw,
        )
