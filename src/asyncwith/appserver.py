"""An ASGI application behind a real server on this machine.

uvicorn behind a free port of 127.0.0.1, inside the running event loop: the
application of a cell is served, asked and stopped in one block, and what
escapes from it is kept instead of logged.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from aiohttp import web
    from uvicorn import Server

__all__ = ["ServedApp", "StartupFailed", "local_app"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]


class StartupFailed(RuntimeError):
    """The application's startup failed; the message is the failure's last line.

    Examples
    --------
    >>> import asyncio
    >>> async def app(scope, receive, send):
    ...     raise OSError("no database")
    >>> async def main():
    ...     async with local_app(app):
    ...         print("served")
    >>> asyncio.run(main())
    Traceback (most recent call last):
    asyncwith.appserver.StartupFailed: OSError: no database
    """


class ServedApp:
    """A served application: its address, and what the server sees of it.

    Attributes
    ----------
    port : int
        The port on 127.0.0.1.
    errors : list of str
        What escaped from the application into the server, such as
        ``"KeyError: 'name'"``: request by request, in order, and then what a
        lifespan that had started ended with.
    """

    def __init__(self, server: Server, errors: list[str]) -> None:
        self._state = server.server_state
        self.port: int = server.servers[0].sockets[0].getsockname()[1]
        self.errors = errors

    @property
    def connections_open(self) -> int:
        """Number of TCP connections that are open now."""
        return len(self._state.connections)

    @property
    def requests_running(self) -> int:
        """Number of requests and websockets that the application works on now."""
        return len(self._state.tasks)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds, such as ``lambda: server.requests_running``.

        It is asked again and again: nothing tells when a number changes, and
        what waits here has no deadline of its own.
        """
        while not condition():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.001)

    def url(self, path: str = "/", scheme: str = "http") -> str:
        """Return the address of a path; ``scheme="ws"`` for a websocket.

        Raises
        ------
        ValueError
            If the path does not start with a slash.
        """
        if not path.startswith("/"):
            raise ValueError(f"a path starts with a slash: expected '/{path}'")
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def __repr__(self) -> str:
        return (
            f"<ServedApp: {self.requests_running} requests running, "
            f"{len(self.errors)} errors>"
        )


class _Kept:
    """The application, with what comes out of it kept."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.errors: list[str] = []
        self.failure = ""  # of the startup
        self.started = False
        self.lifespan: asyncio.Task[Any] | None = None

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        told = ""  # by the message of a failed shutdown

        async def listen(message: Message) -> None:
            nonlocal told
            if message["type"] == "lifespan.startup.complete":
                self.started = True
            elif message["type"] == "lifespan.startup.failed":
                self.failure = message.get("message", "")
            elif message["type"] == "lifespan.shutdown.failed":
                told = _last_line(message.get("message", ""))
            await send(message)

        if scope["type"] == "lifespan":
            self.lifespan = asyncio.current_task()
        try:
            await self.app(scope, receive, listen)
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            if scope["type"] == "lifespan":
                self.failure = self.failure or text
            if scope["type"] != "lifespan" or self.started:
                self.errors.append(text)
            raise
        if told:  # and nothing raised
            self.errors.append(told)


def _last_line(message: str) -> str:
    lines = message.strip().splitlines()
    return lines[-1] if lines else "without a message"


@asynccontextmanager
async def local_app(
    app: ASGIApp | web.Application,
    *,
    lifespan: str = "on",
    shutdown_timeout: float | None = 1.0,
) -> AsyncGenerator[ServedApp]:
    """Serve an application on a free port for as long as the block lasts.

    The block begins when the application's startup has ended, and leaving it
    is uvicorn's own shutdown: no new connections, requests in flight get
    ``shutdown_timeout``, then are cancelled, then the application's shutdown
    runs. When the block has ended, so has every request.

    Parameters
    ----------
    app : ASGI application, or aiohttp.web.Application
        FastAPI, Starlette, Quart, or ``async def app(scope, receive, send)``;
        aiohttp's is served by aiohttp, which says at the end what fails there.
    lifespan : {"on", "auto", "off"}
        Whether to run the application's startup and shutdown; ``"auto"``
        serves an application that knows none, and hides one that fails before
        it answers.
    shutdown_timeout : float or None
        Seconds that requests in flight get at the end of the block before they
        are cancelled; None waits for them without limit, as uvicorn does when
        it is not told.

    Yields
    ------
    ServedApp

    Raises
    ------
    StartupFailed
        If the application's startup fails.
    ImportError
        If uvicorn is not installed.

    Examples
    --------
    >>> import asyncio, aiohttp
    >>> from fastapi import FastAPI
    >>> app = FastAPI()
    >>> @app.get("/")
    ... async def root():
    ...     return {"name": "Ada"}
    >>> async def main():
    ...     async with local_app(app) as server, aiohttp.ClientSession() as session:
    ...         async with session.get(server.url("/")) as response:
    ...             return response.status, await response.json()
    >>> asyncio.run(main())
    (200, {'name': 'Ada'})
    """
    loaded = sys.modules.get("aiohttp.web")
    if loaded is not None and isinstance(app, loaded.Application):
        from asyncwith.aiohttpapps import served

        async with served(cast("web.Application", app), shutdown_timeout) as served_app:
            yield served_app
        return
    try:
        import uvicorn
    except ModuleNotFoundError as missing:
        raise ImportError(
            f"local_app() needs uvicorn, and {missing.name} is not installed: "
            "pip install 'asyncwith[asgi]'"
        ) from missing
    kept = _Kept(cast(ASGIApp, app))
    config = uvicorn.Config(
        kept,
        host="127.0.0.1",
        port=0,
        lifespan=lifespan,  # pyright: ignore[reportArgumentType]
        log_config=None,
        log_level=100,  # nothing: `kept` has what would be logged
        # uvicorn's annotation says int; it is asyncio.wait_for's timeout.
        timeout_graceful_shutdown=shutdown_timeout,  # pyright: ignore[reportArgumentType]
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    # Not Server.serve(): it ends the process if the startup fails, and takes
    # over the process's signals.
    try:
        await server.startup()
    except BaseException as error:
        if kept.lifespan is not None:
            kept.lifespan.cancel()  # a startup that was given up
            await asyncio.wait([kept.lifespan])
        if not isinstance(error, SystemExit):
            raise
        raise StartupFailed(_last_line(kept.failure)) from None
    ticking = asyncio.create_task(server.main_loop())

    async def stop() -> None:
        server.should_exit = True
        ticking.cancel()  # it would see it at its next tick, in up to 0.1 s
        await asyncio.wait([ticking])
        await _shut_down(server)
        if tasks := set(server.server_state.tasks):
            await asyncio.wait(tasks)

    try:
        yield ServedApp(server, kept.errors)
    finally:
        await _finish(asyncio.create_task(stop()))


async def _shut_down(server: Server) -> None:
    """uvicorn's shutdown, without its fixed pause of 0.1 s where nobody is asking."""
    state = server.server_state
    if not state.tasks:
        for listener in server.servers:
            listener.close()
        for connection in list(state.connections):
            connection.shutdown()  # an idle one closes
        for _ in range(3):  # in one of the loop's next turns
            await asyncio.sleep(0)
    if state.tasks or state.connections:
        await server.shutdown()
    else:
        await server.lifespan.shutdown()


async def _finish(task: asyncio.Task[None]) -> None:
    """Wait for a task to its end, and be cancelled only then."""
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = cancelled or error
    task.result()
    if cancelled is not None:
        raise cancelled
