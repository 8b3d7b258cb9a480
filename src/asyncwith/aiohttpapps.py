"""An application of aiohttp's behind its own server, for `asyncwith.local_app`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from asyncwith.appserver import ServedApp, StartupFailed

__all__ = ["ServedAiohttp", "served"]


class ServedAiohttp(ServedApp):
    """A served application of aiohttp's; its server keeps no `errors`."""

    def __init__(self, runner: web.AppRunner) -> None:
        self._server: Any = runner.server
        self.port = runner.addresses[0][1]
        self.errors = []

    @property
    def connections_open(self) -> int:
        """Number of TCP connections that are open now."""
        return len(self._server.connections)

    @property
    def requests_running(self) -> int:
        """Number of requests and websockets on them that are being answered."""
        return sum(
            each._current_request is not None for each in self._server.connections
        )


@asynccontextmanager
async def served(
    app: web.Application, shutdown_timeout: float | None
) -> AsyncGenerator[ServedApp]:
    """Serve it as `aiohttp.web.run_app` does, without its signals and its log.

    Raises
    ------
    StartupFailed
        If a context or a signal of the startup fails; what `cleanup_ctx` had
        entered by then has been left.
    aiohttp.web.CleanupError
        Or the error itself, if there is one: what failed at the end.
    """
    waits: dict[str, Any] = {"shutdown_timeout": shutdown_timeout}
    if shutdown_timeout is None:
        waits = {}  # its own: 60 seconds
    runner = web.AppRunner(app, access_log=None, **waits)
    try:
        try:
            await runner.setup()
        except Exception as error:
            raise StartupFailed(f"{type(error).__name__}: {error}") from None
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield ServedAiohttp(runner)
    finally:
        await runner.cleanup()
