"""An application in a runner, with clients that answer, or do not, or are gone."""

import asyncio
import logging
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import WSMsgType, web

from asyncwith.checking import Submission, case, expect, same

DEFINES = ("make_app",)


class Running:
    """An application that is served, and its clients."""

    def __init__(self, runner, session, sockets):
        self.runner, self.session, self.sockets = runner, session, sockets
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"

    async def connect(self, **options):
        return await self.session.ws_connect(self.url, **options)

    @property
    def connections(self) -> int:
        return len(self.runner.server.connections)

    async def stop(self) -> float:
        """Shut down; the seconds that it took, at most 1.3."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        stopping = asyncio.create_task(self.runner.cleanup())
        await asyncio.wait([stopping], timeout=1.3)
        if stopping.done():
            stopping.result()
        else:
            stopping.cancel()
            await asyncio.wait([stopping], timeout=0.2)
        return loop.time() - begun


@asynccontextmanager
async def running(submission):
    sockets: dict[object, object] = {}
    app = submission.make_app(sockets)
    expect(
        isinstance(app, web.Application),
        hint="`make_app` should return an `aiohttp.web.Application`.",
        saw=f"it returned a {type(app).__name__}",
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        yield Running(runner, session, sockets)


def handlers() -> int:
    """How many tasks are in a handler of the submission's."""
    names = (repr(task.get_coro()) for task in asyncio.all_tasks())
    return sum("RequestHandler.start" in name for name in names)


async def ask(socket, text: str) -> None:
    await socket.send_str(text)
    try:
        async with asyncio.timeout(1):
            seen = await socket.receive()
    except TimeoutError:
        seen = None
    expect(
        seen is not None and seen.type == WSMsgType.TEXT and same(seen.data, text),
        hint="Each text should come back to whom it came from.",
        saw=f"sent {text!r}, received {seen!r}",
    )


def expect_prompt(seconds: float, clients: str) -> None:
    expect(
        seconds < 1.2,
        hint="The shutdown takes long. Who is waited for, one after the other or all "
        "at once, and for how long?",
        saw=f"{clients}: {'over 1.2' if seconds > 1.2 else seconds} seconds",
    )


def expect_nothing_left(server: Running, how: str) -> None:
    expect(
        handlers() == 0,
        hint="The server has stopped, and a handler runs on.",
        saw=f"{how}: {handlers()} handlers",
    )


async def listen(socket):
    """Read until the end, as a client that behaves; the code of the end."""
    async for _ in socket:
        pass
    return socket.close_code


@case("clients that talk, and answer the goodbye")
async def behave(submission: Submission):
    log: list[str] = []
    noting = logging.Handler(logging.ERROR)
    noting.emit = lambda record: log.append(str(record.exc_info or record.msg)[:200])
    logger = logging.getLogger("aiohttp.server")
    logger.addHandler(noting)
    try:
        await three_behave(submission, log)
    finally:
        logger.removeHandler(noting)


async def three_behave(submission: Submission, log: list[str]) -> None:
    async with running(submission) as server:
        sockets = [await server.connect() for _ in range(3)]
        for number, socket in enumerate(sockets):
            await ask(socket, f"hello {number}")
        await ask(sockets[0], "")
        listening = [asyncio.create_task(listen(socket)) for socket in sockets]
        await asyncio.sleep(0)
        seconds = await server.stop()
        await asyncio.wait(listening, timeout=0.5)
        codes = [task.result() if task.done() else None for task in listening]
        expect(
            not (seconds > 1.2 and set(codes) != {1001}),
            hint="The server waits for its clients, and nobody tells them. Which "
            "signal comes before the wait?",
            saw=f"codes {codes}",
        )
        expect(
            same(codes, [1001, 1001, 1001]),
            hint="Each client should be told why the connection ends.",
            saw=f"codes {codes}",
        )
        expect_prompt(seconds, "three clients that answer")
        expect(
            seconds < 0.4,
            hint="Everybody has answered, and the shutdown waits. For what?",
            saw=f"{seconds:.1f} seconds",
        )
        expect_nothing_left(server, "three clients that answer")
        expect(
            not log,
            hint="Everybody behaved, and the server's log has an error. What should a "
            "handler give back?",
            saw=log[:1],
        )


@case("a client has left before, with or without a goodbye")
async def has_left(submission):
    for goodbye in (True, False):
        async with running(submission) as server:
            stays = await server.connect()
            for _ in range(5):
                async with aiohttp.ClientSession() as session:
                    leaves = await session.ws_connect(server.url)
                    if goodbye:
                        await leaves.close()
                    else:
                        await leaves.send_str("x" * 1000)  # who answers that?
            for _ in range(500):
                await asyncio.sleep(0.002)
                if server.connections == 1 and len(server.sockets) == 1:
                    break
            kept = len(server.sockets)
            how = "a goodbye" if goodbye else "no goodbye"
            expect(
                kept == 1,
                hint="A client has left, and its socket is kept. Which ways out of "
                "the handler are there?",
                saw=f"five of six left with {how}: {kept} sockets in the dictionary",
            )
            listening = asyncio.create_task(listen(stays))
            await asyncio.sleep(0)
            seconds = await server.stop()
            expect_prompt(seconds, f"one client, another one left with {how}")
            await asyncio.wait([listening], timeout=0.5)
            expect(
                same(listening.result() if listening.done() else None, 1001),
                hint="One client had left, and the other was not told.",
                saw=f"after {how}",
            )


@case("a client talks nonsense")
async def nonsense(submission):
    async with running(submission) as server:
        bad = await server.connect()
        await bad.send_bytes(b"\xff")
        bad._response.connection.transport.write(b"\xff" * 16)  # no websocket frame
        await asyncio.wait([asyncio.create_task(listen(bad))], timeout=0.5)
        stays = await server.connect()
        await ask(stays, "still here")
        expect(
            same(len(server.sockets), 1),
            hint="Which ways out of the handler are there? One of them leaves its "
            "socket behind.",
            saw=f"{len(server.sockets)} sockets in the dictionary, 1 client",
        )
        listening = asyncio.create_task(listen(stays))
        await asyncio.sleep(0)
        expect_prompt(await server.stop(), "one client, another one talked nonsense")
        await asyncio.wait([listening], timeout=0.5)
        expect_nothing_left(server, "after nonsense")


@case("three clients talk and do not read", seconds=6)
async def deaf(submission):
    async with running(submission) as server:
        early = await server.connect()
        deaf_ones = [await server.connect(max_msg_size=0) for _ in range(3)]
        cut = [each._response.connection.transport for each in deaf_ones]
        said: list[int] = []
        talking = [asyncio.create_task(talk(each, said)) for each in deaf_ones]
        before = -1
        while len(said) > before:  # until both ends are full
            before = len(said)
            await asyncio.sleep(0.15)
        late = await server.connect()
        listening = [asyncio.create_task(listen(each)) for each in (early, late)]
        await asyncio.sleep(0)
        stopping = asyncio.create_task(server.stop())
        await asyncio.wait(listening, timeout=0.4)
        told = [task.done() for task in listening]
        seconds = await stopping
        await asyncio.wait(talking, timeout=0.3)
        talk_on = sum(not task.done() for task in talking)
        for transport in cut:
            transport.abort()
        for task in talking:
            task.cancel()
        await asyncio.wait([*talking, *listening], timeout=0.2)
        for task in talking:
            if not task.cancelled():
                task.exception()
        expect(
            all(told),
            hint="A client that would have answered is told late. Who is waited for "
            "before it?",
            saw=f"told within 0.4 seconds: {told}",
        )
        expect(
            seconds < 1.2,
            hint="Some clients do not read, and the server does not stop. What can be "
            "done to a connection that does not wait for its other end?",
            saw="over 1.2 seconds",
        )
        expect(
            talk_on == 0,
            hint="The server has stopped, and its connections have not been cut: what "
            "was written to a client that does not read waits on. Which way to close "
            "a connection waits for nobody?",
            saw=f"{talk_on} clients did not notice",
        )
        expect_nothing_left(server, "a client that does not read")
        expect(
            not server.sockets,
            hint="Which ways out of the handler are there? One of them leaves its "
            "socket behind.",
            saw=f"{len(server.sockets)} sockets in the dictionary at the end",
        )


async def talk(socket, said: list[int]) -> None:
    while True:
        await socket.send_str("x" * 500_000)
        said.append(1)
