"""The endpoints of the local HTTP server, and the counting around them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from asyncwith.httpserver import LocalServer

__all__ = ["application", "running"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def running(
    server: LocalServer, shutdown_timeout: float, handler_cancellation: bool
) -> AsyncGenerator[None]:
    """Serve the endpoints, counting into `server`, for as long as the block lasts."""
    handlers: set[asyncio.Task[Any]] = set()

    async def start() -> web.AppRunner:
        runner = web.AppRunner(
            application(server, handlers),
            access_log=None,
            shutdown_timeout=shutdown_timeout,
            handler_cancellation=handler_cancellation,
        )
        await runner.setup()
        try:
            _count_connections(runner, server)
            await web.TCPSite(runner, "127.0.0.1", server.port).start()
        except BaseException:
            await runner.cleanup()
            raise
        server.port = runner.addresses[0][1]
        return runner

    @asynccontextmanager
    async def down() -> AsyncGenerator[None]:
        nonlocal runner
        for connection in list(_manager(runner).connections):
            if connection.transport is not None:
                connection.transport.abort()
        for handler in handlers:
            handler.cancel()
        await runner.cleanup()
        try:
            yield
        finally:
            runner = await start()

    runner = await start()
    server._down = down  # pyright: ignore[reportPrivateUsage] - the two are one
    try:
        yield
    finally:
        server._down = None  # pyright: ignore[reportPrivateUsage]
        await runner.cleanup()
        # The shutdown forgets a handler whose client has left before it.
        for handler in handlers:
            handler.cancel()
        if handlers:
            await asyncio.wait(handlers)


def _manager(runner: web.AppRunner) -> Any:
    return runner.server


def application(
    server: LocalServer, handlers: set[asyncio.Task[Any]] | None = None
) -> web.Application:
    """Return an application with all endpoints, counting into `server`.

    The tasks of the handlers that run now are kept in `handlers`.
    """
    count = _counting(server, set() if handlers is None else handlers)
    app = web.Application(middlewares=[count], client_max_size=1 << 30)
    app.add_routes(
        [
            web.get("/json", _json),
            web.get("/text", _text),
            web.get("/items", _items),
            web.get("/bytes/{n}", _bytes),
            web.get("/stream", _streaming(server)),
            web.route("*", "/slow", _slow),
            web.route("*", "/status/{code}", _status),
            web.route("*", "/hang", _hang),
            web.route("*", "/gate", _gated(server)),
            web.route("*", "/drop", _drop),
            web.route("*", "/cut", _cut),
            web.route("*", "/echo", _echo),
            web.route("*", "/flaky", _flaky()),
        ]
    )
    return app


def _count_connections(runner: web.AppRunner, server: LocalServer) -> None:
    # The server's protocol objects report to it when a connection is made and
    # lost; stand between the two.
    manager = _manager(runner)
    made, lost = manager.connection_made, manager.connection_lost

    def connection_made(*args: Any) -> None:
        server.connections_opened += 1
        server.connections_open += 1
        server.connections_peak = max(server.connections_peak, server.connections_open)
        made(*args)

    def connection_lost(*args: Any) -> None:
        server.connections_open -= 1
        lost(*args)

    manager.connection_made = connection_made
    manager.connection_lost = connection_lost


def _counting(server: LocalServer, handlers: set[asyncio.Task[Any]]) -> Any:
    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path
        task = asyncio.current_task()
        assert task is not None
        if task not in handlers:  # a task may answer one request after the other
            handlers.add(task)
            task.add_done_callback(handlers.discard)
        server.requests[path] += 1
        server.handlers_running += 1
        server.handlers_peak = max(server.handlers_peak, server.handlers_running)
        try:
            if request.method in ("POST", "PUT", "PATCH"):
                body = await request.read()
                server.bodies_received.setdefault(path, []).append(len(body))
            response = await handler(request)
            if isinstance(response, web.Response) and isinstance(response.body, bytes):
                server.bytes_sent[path] += len(response.body)
        except ConnectionError:
            return web.Response()  # the client has left, nobody reads this
        except asyncio.CancelledError:
            server.handlers_cancelled[path] += 1
            raise
        finally:
            server.handlers_running -= 1
        return response

    return count


async def _json(_: web.Request) -> web.Response:
    return web.json_response({"id": 1, "name": "Ada"})


async def _text(_: web.Request) -> web.Response:
    return web.Response(text="plain text\n")


async def _items(request: web.Request) -> web.Response:
    number = _whole(request.query.get("n", "3"), "n")
    return web.json_response(
        [{"id": i, "name": f"item {i}"} for i in range(1, number + 1)]
    )


def _payload(size: int) -> bytes:
    return (bytes(range(256)) * (size // 256 + 1))[:size]


async def _bytes(request: web.Request) -> web.Response:
    return web.Response(body=_payload(_whole(request.match_info["n"], "n")))


def _streaming(server: LocalServer) -> Handler:
    async def stream(request: web.Request) -> web.StreamResponse:
        chunks = _whole(request.query.get("chunks", "3"), "chunks")
        size = _whole(request.query.get("size", "1000"), "size")
        pause = _seconds(request.query.get("pause", "0"), "pause")
        response = web.StreamResponse()
        await response.prepare(request)
        for number in range(chunks):
            if number and pause:
                await asyncio.sleep(pause)
            # waits while the client does not read and the buffers are full
            await response.write(_payload(size))
            server.bytes_sent[request.path] += size
        await response.write_eof()
        return response

    return stream


async def _slow(request: web.Request) -> web.Response:
    seconds = _seconds(request.query.get("seconds", "1"), "seconds")
    await asyncio.sleep(seconds)
    return web.json_response({"slept": seconds})


async def _status(request: web.Request) -> web.Response:
    code = _whole(request.match_info["code"], "code")
    if not 200 <= code <= 599:
        raise _bad(f"code: expected 200 to 599, found {code}")
    size = request.query.get("size")
    if size is not None:
        return web.Response(status=code, body=_payload(_whole(size, "size")))
    return web.Response(status=code, text="" if code in (204, 304) else f"{code}\n")


async def _hang(_: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets this event")


def _gated(server: LocalServer) -> Handler:
    async def gate(_: web.Request) -> web.Response:
        await server.gate()
        return web.json_response({"open": True})

    return gate


async def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()  # nobody is there to read it


async def _cut(request: web.Request) -> web.StreamResponse:
    size = _whole(request.query.get("size", "1000"), "size")
    response = web.StreamResponse(headers={"Content-Length": str(size)})
    await response.prepare(request)
    await response.write(_payload(size // 2))
    if request.transport is not None:
        request.transport.close()  # what was written arrives
    return response


async def _echo(request: web.Request) -> web.Response:
    return web.Response(body=await request.read(), content_type=request.content_type)


def _flaky() -> Handler:
    seen: Counter[str] = Counter()

    async def flaky(request: web.Request) -> web.Response:
        fail = _whole(request.query.get("fail", "1"), "fail")
        seen[request.path_qs] += 1
        attempt = seen[request.path_qs]
        failure = _whole(request.query.get("status", "503"), "status")
        status = failure if attempt <= fail else 200
        size = request.query.get("size")
        if attempt <= fail and size is not None:
            return web.Response(status=status, body=_payload(_whole(size, "size")))
        return web.json_response({"attempt": attempt}, status=status)

    return flaky


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise _bad(f"{name}: expected a whole number, found {text!r}")
    return int(text)


def _seconds(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _bad(f"{name}: expected a number, found {text!r}") from None


def _bad(text: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=text + "\n")
