"""The facts of chapter 16, each asserted against a real server on this machine.

What the server sees is compared: connections, handlers, and what each part of
an application noted when it ended.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
import uvicorn
from aiohttp import ClientSession, web
from fastapi import Depends, FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import StreamingResponse
from fastapi.sse import EventSourceResponse

from asyncwith import local_app, run_script

PIECE = bytes(100_000)


def run(main: Coroutine[Any, Any, Any]) -> Any:
    async def limited() -> Any:
        async with asyncio.timeout(50):
            return await main

    return asyncio.run(limited())


async def stays_so(condition: Callable[[], bool], seconds: float = 0.3) -> bool:
    """Whether a condition holds, and still holds a while later."""
    before = condition()
    await asyncio.sleep(seconds)
    return before and condition()


async def settled(count: Callable[[], int]) -> int:
    """A count, once it no longer grows."""
    last = -1
    while last != count():
        last = count()
        await asyncio.sleep(0.3)
    return last


async def waits() -> None:
    await asyncio.Event().wait()


# --- who is told ------------------------------------------------------------


def test_fact_c1_a_handler_that_waits_is_not_told() -> None:
    app = FastAPI()

    @app.websocket("/")
    async def handler(socket: WebSocket) -> None:
        await socket.accept()
        await waits()

    async def main() -> tuple[int, int]:
        async with (
            local_app(app, shutdown_timeout=0.1) as server,
            ClientSession() as session,
        ):
            for _ in range(100):
                async with session.ws_connect(server.url("/", "ws")):
                    pass
            await server.until(lambda: not server.connections_open)
            await asyncio.sleep(0.2)
            return server.connections_open, server.requests_running

    assert run(main()) == (0, 100)


def test_fact_c2_the_codes_of_a_disconnect() -> None:
    app = FastAPI()
    codes: list[int] = []

    @app.websocket("/{sends}")
    async def handler(socket: WebSocket, sends: int) -> None:
        await socket.accept()
        try:
            while sends:
                await socket.send_text("tick")
                await asyncio.sleep(0.01)
            await socket.receive_text()
        except WebSocketDisconnect as left:
            codes.append(int(left.code))

    async def main() -> list[int]:
        async with local_app(app) as server:
            for sends in (0, 1):
                for goodbye in (True, False):
                    session = ClientSession()
                    url = server.url(f"/{sends}", "ws")
                    socket = await session.ws_connect(url)
                    if goodbye:
                        await socket.close()
                    await session.close()
                    await server.until(lambda: not server.requests_running)
        return codes

    assert run(main()) == [1000, 1005, 1006, 1006]


async def first_of(*coroutines: Coroutine[Any, Any, Any]) -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in coroutines]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()


async def until_gone(socket: WebSocket) -> None:
    async for _ in socket.iter_text():
        pass


def test_fact_c3_a_thousand_clients_leave_nothing() -> None:
    app, room = FastAPI(), set[WebSocket]()

    @app.websocket("/")
    async def handler(socket: WebSocket) -> None:
        await socket.accept()
        room.add(socket)
        try:
            await first_of(waits(), until_gone(socket))
        finally:
            room.remove(socket)

    async def come_and_go(url: str, goodbye: int) -> None:
        async with ClientSession() as session:
            socket = await session.ws_connect(url)
            if goodbye:
                await socket.close()

    async def main() -> tuple[int, int, int, list[str]]:
        async with local_app(app) as server:
            url = server.url("/", "ws")
            for _ in range(10):
                await asyncio.gather(*(come_and_go(url, n % 2) for n in range(100)))
            await server.until(lambda: not server.requests_running)
            running = server.requests_running
            return server.connections_open, running, len(room), server.errors

    assert run(main()) == (0, 0, 0, [])


# --- streams ----------------------------------------------------------------


def noting(ledger: list[str]) -> FastAPI:
    """An application whose lifespan and dependency note their ends."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        yield
        ledger.append("lifespan")

    async def dependency() -> AsyncGenerator[None]:
        try:
            yield
        except Exception as error:
            ledger.append(type(error).__name__)
            raise
        finally:
            ledger.append("dep")
            await asyncio.sleep(0.01)
            ledger.append("dep has waited")

    return FastAPI(lifespan=lifespan, dependencies=[Depends(dependency)])


def left(app: FastAPI, ledger: list[str], after: float = 0.0) -> list[str]:
    """The ledger once a client has read a little, and left after some seconds."""

    async def main() -> list[str]:
        async with local_app(app) as server:
            async with ClientSession() as session:
                response = await session.get(server.url("/"))
                await response.content.readany()
                await asyncio.sleep(after)
            await server.until(lambda: not server.requests_running)
            gc.collect()
            await asyncio.sleep(0.05)
        return ledger

    return run(main())


def test_fact_c11_generator_then_dependency_then_lifespan() -> None:
    ledger: list[str] = []
    app = noting(ledger)

    async def ticks() -> AsyncGenerator[str]:
        try:
            yield "tick"
            await waits()
        finally:
            ledger.append("stream")

    app.get("/")(lambda: StreamingResponse(ticks()))
    assert left(app, ledger) == ["stream", "dep", "dep has waited", "lifespan"]


async def leaving(ledger: list[str], *, shielded: bool) -> AsyncGenerator[str]:
    try:
        yield "tick"
        await waits()
    finally:
        ledger.append("begun")
        with anyio.move_on_after(1, shield=shielded):
            await asyncio.sleep(0)
            ledger.append("waited")


def test_fact_c12_a_finally_in_a_stream_may_not_wait() -> None:
    ledger: list[str] = []
    app = noting(ledger)
    app.get("/")(lambda: StreamingResponse(leaving(ledger, shielded=False)))
    assert left(app, ledger)[:2] == ["begun", "dep"]


def test_fact_c16_unless_it_is_shielded() -> None:
    ledger: list[str] = []
    app = noting(ledger)
    app.get("/")(lambda: StreamingResponse(leaving(ledger, shielded=True)))
    assert left(app, ledger)[:3] == ["begun", "waited", "dep"]


def test_fact_c13_an_endpoint_at_its_yield_is_closed_by_the_collector() -> None:
    ledger: list[str] = []
    app = noting(ledger)

    @app.get("/", response_class=StreamingResponse)
    async def stream() -> AsyncGenerator[bytes]:
        try:
            while True:
                yield PIECE
        except GeneratorExit:
            ledger.append("abandoned")
            raise

    wanted = ["dep", "dep has waited", "abandoned", "lifespan"]
    gc.disable()
    try:
        assert left(app, ledger, 0.3) == wanted
    finally:
        gc.enable()


def test_fact_c14_a_dependency_may_wait() -> None:
    for pause in (0, 60):
        ledger: list[str] = []
        app = noting(ledger)

        async def events(pause: int = pause) -> AsyncGenerator[bytes]:
            while True:
                yield PIECE
                await asyncio.sleep(pause)

        app.get("/")(lambda events=events: StreamingResponse(events()))
        assert left(app, ledger, 0.1) == ["dep", "dep has waited", "lifespan"]


def test_fact_c17_server_sent_events_that_nobody_read() -> None:
    ledger: list[str] = []
    app = noting(ledger)

    @app.get("/", response_class=EventSourceResponse)
    async def events() -> AsyncGenerator[dict[str, str]]:
        try:
            while True:
                yield {"text": "x" * 100_000}
        except GeneratorExit:
            ledger.append("abandoned")
            raise

    assert left(app, ledger, 0.5)[:2] == ["ExceptionGroup", "dep"]
    assert ledger.index("abandoned") > ledger.index("dep")


def test_fact_c15_a_stream_that_never_waits_blocks_the_loop() -> None:
    script = """
        import asyncio, signal
        from aiohttp import ClientSession
        from starlette.responses import StreamingResponse
        from asyncwith import local_app

        async def zeros():
            while True:
                yield bytes(100_000)
                {wait}

        async def main():
            app = StreamingResponse(zeros())
            async with local_app(app, lifespan="off") as server:
                async with ClientSession() as session:
                    await session.get(server.url())
                signal.alarm(3)
                await server.until(lambda: not server.requests_running)

        asyncio.run(main())
    """
    ends = [
        run_script(script.format(wait=wait)).returncode
        for wait in ("pass", "await asyncio.sleep(0)")
    ]
    assert ends == [-signal.SIGALRM, 0]


# --- the slow reader ----------------------------------------------------------


def counted(written: list[int]) -> FastAPI:
    app = FastAPI()

    async def pieces() -> AsyncGenerator[bytes]:
        for _ in range(1000):
            yield PIECE
            written[0] += len(PIECE)
            await asyncio.sleep(0)

    app.get("/")(lambda: StreamingResponse(pieces()))
    return app


def test_fact_087_an_unread_response_stalls_the_server() -> None:
    async def main() -> int:
        written = [0]
        async with (
            local_app(counted(written)) as server,
            ClientSession() as session,
            session.get(server.url("/")),
        ):
            return await settled(lambda: written[0])

    assert 0 < run(main()) < 100_000_000


def test_fact_87a_and_goes_on_when_it_is_read() -> None:
    async def main() -> tuple[int, int]:
        written = [0]
        async with (
            local_app(counted(written)) as server,
            ClientSession() as session,
            session.get(server.url("/")) as response,
        ):
            await settled(lambda: written[0])
            return len(await response.read()), written[0]

    assert run(main()) == (100_000_000, 100_000_000)


class Member:
    def __init__(self, limit: int) -> None:
        self.inbox = asyncio.Queue[str](limit)
        self.dropped = asyncio.Event()


async def broadcast(
    put: Callable[[set[Member], Member], Awaitable[None]], limit: int
) -> tuple[int, int, int]:
    """500 messages for two, of whom one reads: received, waiting, members left."""
    app, room = FastAPI(), set[Member]()

    async def forward(member: Member, socket: WebSocket) -> None:
        with suppress(WebSocketDisconnect):
            while True:
                await socket.send_text(await member.inbox.get())

    @app.websocket("/")
    async def feed(socket: WebSocket) -> None:
        await socket.accept()
        member = Member(limit)
        room.add(member)
        try:
            await first_of(
                forward(member, socket), until_gone(socket), member.dropped.wait()
            )
        finally:
            room.discard(member)

    async with local_app(app) as server, ClientSession() as session:
        url = server.url("/", "ws")
        async with session.ws_connect(url) as healthy, session.ws_connect(url):
            await server.until(lambda: len(room) == 2)
            received = 0
            with suppress(TimeoutError):
                while received < 500:
                    async with asyncio.timeout(2):
                        for member in list(room):
                            await put(room, member)
                        await healthy.receive_str()
                    received += 1
            most = max(member.inbox.qsize() for member in room)
            return received, most, len(room)


TEXT = "x" * 100_000


async def put_waiting(_: set[Member], member: Member) -> None:
    await member.inbox.put(TEXT)


async def put_or_drop(room: set[Member], member: Member) -> None:
    try:
        member.inbox.put_nowait(TEXT)
    except asyncio.QueueFull:
        room.discard(member)
        member.dropped.set()


def test_fact_87b_one_slow_reader_stops_all() -> None:
    received, _, members = run(broadcast(put_waiting, 10))
    assert 0 < received < 500
    assert members == 2


def test_fact_87c_without_a_limit_its_messages_pile_up() -> None:
    received, most, members = run(broadcast(put_waiting, 0))
    assert (received, members) == (500, 2)
    assert most > 100


def test_fact_87d_a_limit_and_a_policy() -> None:
    received, most, members = run(broadcast(put_or_drop, 10))
    assert (received, members) == (500, 1)
    assert most <= 10


def test_fact_87e_the_connection_of_a_slow_client_stays() -> None:
    app = FastAPI()

    @app.websocket("/")
    async def impatient(socket: WebSocket) -> None:
        await socket.accept()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                while True:
                    await socket.send_text(TEXT)

    async def main() -> bool:
        async with (
            local_app(app) as server,
            ClientSession() as session,
            session.ws_connect(server.url("/", "ws")),
        ):
            await server.until(lambda: server.connections_open == 1)
            await server.until(lambda: not server.requests_running)
            return await stays_so(lambda: server.connections_open == 1, 0.5)

    assert run(main())


@asynccontextmanager
async def aiohttp_server(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    *,
    on_shutdown: Callable[[web.Application], Awaitable[None]] | None = None,
    on_cleanup: Callable[[web.Application], Awaitable[None]] | None = None,
    **options: Any,
) -> AsyncGenerator[tuple[web.AppRunner, str]]:
    app = web.Application()
    app.router.add_get("/", handler)
    if on_shutdown is not None:
        app.on_shutdown.append(on_shutdown)
    if on_cleanup is not None:
        app.on_cleanup.append(on_cleanup)
    runner = web.AppRunner(app, access_log=None, **options)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner, f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


def connections(runner: web.AppRunner) -> int:
    assert runner.server is not None
    return len(runner.server.connections)


def test_fact_87f_an_abort_ends_it() -> None:
    async def main() -> tuple[int, int]:
        full = asyncio.Event()
        go = asyncio.Event()

        async def impatient(request: web.Request) -> web.WebSocketResponse:
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            try:
                async with asyncio.timeout(0.5):
                    while True:
                        await socket.send_str(TEXT)
            except TimeoutError:
                full.set()
                await go.wait()
                assert request.transport is not None
                request.transport.abort()
            return socket

        async with (
            aiohttp_server(impatient) as (runner, url),
            ClientSession() as session,
            session.ws_connect(url),
        ):
            await full.wait()
            before = connections(runner)
            go.set()
            async with asyncio.timeout(2):
                while connections(runner):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            return before, connections(runner)

    assert run(main()) == (1, 0)


def test_fact_87g_the_ping_does_not_end_a_stalled_send() -> None:
    app = FastAPI()
    running: list[int] = []

    @app.websocket("/")
    async def floods(socket: WebSocket) -> None:
        await socket.accept()
        running.append(1)
        try:
            while True:
                await socket.send_text(TEXT)
        finally:
            running.pop()

    async def main() -> bool:
        config = uvicorn.Config(
            app,
            host="127.0.0.1",
            port=0,
            log_level=100,
            lifespan="off",
            # uvicorn's annotation says float; both are seconds
            ws_ping_interval=0.2,
            ws_ping_timeout=0.2,
            timeout_graceful_shutdown=1,
        )
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup()
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            async with ClientSession() as session:
                url = f"ws://127.0.0.1:{port}/"
                socket = await session.ws_connect(url, autoping=False)
                await asyncio.sleep(0.2)
                return await stays_so(lambda: bool(running), 1.5) and not socket.closed
        finally:
            await server.shutdown()

    assert run(main())


# --- the silent peer ----------------------------------------------------------


async def silence(heartbeat: float | None, autoping: bool) -> str | int | None:
    """The close code that the server sees, of a client that receives nothing."""
    results = asyncio.Queue[str | int | None]()

    async def listens(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=heartbeat)
        await socket.prepare(request)
        try:
            async with asyncio.timeout(1.5):
                async for _ in socket:
                    pass
            results.put_nowait(socket.close_code)
        except TimeoutError:
            results.put_nowait("still there")
        return socket

    async with aiohttp_server(listens) as (_, url), ClientSession() as session:
        socket = await session.ws_connect(url, autoping=autoping)
        result = await results.get()
        await socket.close()
        return result


def test_fact_c4_a_heartbeat_finds_a_silent_peer() -> None:
    assert run(silence(None, autoping=False)) == "still there"
    assert run(silence(0.2, autoping=False)) == 1006


def test_fact_c5_a_busy_peer_looks_silent() -> None:
    assert run(silence(0.2, autoping=True)) == 1006


# --- shutdown -----------------------------------------------------------------


def test_fact_c8_the_lifespan_ends_beside_the_cancelled_streams() -> None:
    ledger: list[str] = []
    stopping = asyncio.Event()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        yield
        stopping.set()
        ledger.append("lifespan")

    async def events() -> AsyncGenerator[str]:
        try:
            yield "hello"
            await stopping.wait()
            ledger.append("bye")
        except asyncio.CancelledError:
            ledger.append("cut")
            raise

    app = FastAPI(lifespan=lifespan)
    app.get("/")(lambda: StreamingResponse(events()))

    async def main() -> None:
        async with (
            ClientSession() as session,
            local_app(app, shutdown_timeout=0.3) as server,
        ):
            response = await session.get(server.url("/"))
            await response.content.readany()

    run(main())
    assert ledger == ["lifespan", "cut"]


SIGTERM = """
    import asyncio, os, signal, sys, uvicorn
    from contextlib import asynccontextmanager
    from aiohttp import ClientError, ClientSession
    from fastapi import FastAPI
    from fastapi.responses import StreamingResponse

    @asynccontextmanager
    async def lifespan(app):
        app.stopping, loop = asyncio.Event(), asyncio.get_running_loop()
        uvicorns = signal.getsignal(signal.SIGTERM)
        def stop(*details):
            loop.call_soon_threadsafe(app.stopping.set)
            uvicorns(*details)
        if "told" in sys.argv:
            signal.signal(signal.SIGTERM, stop)
        yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/", response_class=StreamingResponse)
    async def events():
        yield "data: hello"
        await app.stopping.wait()
        yield "event: bye"

    async def listen(port):
        url = f"http://127.0.0.1:{port}/"
        try:
            async with ClientSession() as session, session.get(url) as answer:
                return (await answer.text()).endswith("bye")
        except ClientError:
            return False

    async def main():
        signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn's last word
        server = uvicorn.Server(uvicorn.Config(
            app, port=0, log_level=100, timeout_graceful_shutdown=1))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        clients = [asyncio.create_task(listen(port)) for _ in range(20)]
        while len(server.server_state.tasks) < 20:
            await asyncio.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)
        ended = await asyncio.gather(*clients)
        print("ended:", ended.count(True), "- cut:", ended.count(False))
        await serving

    asyncio.run(main())
"""


def test_fact_c10_at_sigterm_streams_are_cut_or_told() -> None:
    cut, told = (run_script(SIGTERM, args=args).stdout for args in ([], ["told"]))
    assert cut == "ended: 0 - cut: 20\n"
    assert told == "ended: 20 - cut: 0\n"


async def stop_aiohttp(seconds: float, patience: float) -> str:
    """How a handler ends that needs some seconds more when its server stops."""
    results = asyncio.Queue[str]()
    begun = asyncio.Event()

    async def handler(_: web.Request) -> web.Response:
        begun.set()
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            results.put_nowait("cancelled")
            raise
        results.put_nowait("finished")
        return web.Response()

    async with ClientSession() as session:
        async with aiohttp_server(handler, shutdown_timeout=patience) as (_, url):
            asking = asyncio.create_task(session.get(url))
            await begun.wait()
        await asyncio.wait([asking], timeout=1)
        if not asking.cancelled():
            asking.exception()
    return results.get_nowait()


def test_fact_085_the_timeout_decides() -> None:
    assert run(stop_aiohttp(0.2, 5)) == "finished"
    assert run(stop_aiohttp(30, 0.2)) == "cancelled"


async def left_alone(cancellation: bool) -> tuple[bool, bool]:
    """Whether a handler runs after its client has left, and after the cleanup."""
    handlers: list[asyncio.Task[Any]] = []

    async def handler(_: web.Request) -> web.Response:
        task = asyncio.current_task()
        assert task is not None
        handlers.append(task)
        await waits()
        return web.Response()

    async with aiohttp_server(
        handler, handler_cancellation=cancellation, shutdown_timeout=0.2
    ) as (_, url):
        async with ClientSession() as session:
            asking = asyncio.create_task(session.get(url))
            while not handlers:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            asking.cancel()
            await asyncio.wait([asking])
        await asyncio.sleep(0.3)
        after_leaving = not handlers[0].done()
    after_cleanup = not handlers[0].done()
    handlers[0].cancel()
    return after_leaving, after_cleanup


def test_fact_85a_leaving_does_not_cancel() -> None:
    assert run(left_alone(cancellation=False))[0]
    assert not run(left_alone(cancellation=True))[0]


def test_fact_85d_such_a_handler_outlives_the_server() -> None:
    assert run(left_alone(cancellation=False)) == (True, True)


async def goodbye(signal_name: str) -> tuple[int | None, list[str]]:
    """The close code that a client gets if its goodbye is said at one signal."""
    sockets: list[web.WebSocketResponse] = []
    ledger: list[str] = []

    async def chat(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        sockets.append(socket)
        try:
            async for _ in socket:
                pass
            ledger.append("told")
        except asyncio.CancelledError:
            ledger.append("cancelled")
            raise
        return socket

    async def say(_: web.Application) -> None:
        for socket in sockets:
            await socket.close(code=1001)

    async with ClientSession() as session:
        options: dict[str, Any] = {signal_name: say, "shutdown_timeout": 0.3}
        async with aiohttp_server(chat, **options) as (_, url):
            client = await session.ws_connect(url)
            last = asyncio.create_task(client.receive())
            while not sockets:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await last
        return client.close_code, ledger


def test_fact_85b_on_shutdown_comes_before_the_wait() -> None:
    assert run(goodbye("on_shutdown")) == (1001, ["told"])
    assert run(goodbye("on_cleanup")) == (1006, ["cancelled"])


def test_fact_85c_it_waits_twice() -> None:
    async def main() -> float:
        async def chat(request: web.Request) -> web.WebSocketResponse:
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            async for _ in socket:
                pass
            return socket

        loop = asyncio.get_running_loop()
        async with ClientSession() as session:
            async with aiohttp_server(chat, shutdown_timeout=0.5) as (_, url):
                socket = await session.ws_connect(url)
                begun = loop.time()
            seconds = loop.time() - begun
            await socket.close()
            return seconds

    assert run(main()) >= 0.95
