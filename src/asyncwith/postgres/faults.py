"""A TCP proxy that breaks the network between a client and its server.

It runs in a thread with a loop of its own, as a network does: it adds no task
to the loop under observation, and a blocked loop does not block it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import AsyncGenerator, Coroutine
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from asyncwith.postgres.errors import SettingsError

__all__ = ["Proxy", "fault_proxy"]

HOST = "127.0.0.1"
CALL_SECONDS = 10.0
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER for 0 seconds: closing sends a reset instead of a goodbye."""


class Proxy:
    """The way to a server, with faults; `asyncwith.postgres.proxy` makes it."""

    def __init__(self, dsn: str) -> None:
        parts = urlsplit(dsn)
        host = parse_qs(parts.query).get("host", [parts.hostname or ""])[-1]
        if not host:
            raise SettingsError(
                "The proxy needs a server's address in the DSN, such as "
                f"postgresql://user@{HOST}:5432/name; this one has none."
            )
        self._server_address = (host, parts.port or 5432)
        rest = [pair for pair in parse_qsl(parts.query) if pair[0] != "host"]
        self._parts = parts._replace(query=urlencode(rest))
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="asyncwith-proxy", daemon=True
        )
        self._flowing = asyncio.Event()
        self._listener: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.opened = 0
        self.open = 0
        self.sent = 0
        self.received = 0

    port: int
    """The proxy's port on 127.0.0.1."""
    opened: int
    """Connections accepted so far; cancelling a query opens one, too."""
    open: int
    """Connections that are open now."""
    sent: int
    """Bytes from clients to the server."""
    received: int
    """Bytes from the server to clients."""

    @property
    def dsn(self) -> str:
        """The server's address by way of the proxy."""
        credentials = self._parts.netloc.rpartition("@")[0]
        netloc = f"{credentials}@{HOST}:{self.port}"
        return self._parts._replace(netloc=netloc.lstrip("@")).geturl()

    def cut(self) -> None:
        """Break every open connection with a reset; new ones are accepted."""
        self._call(self._cut())

    def stall(self) -> None:
        """Let nothing through, in either direction; connections stay open."""
        self._call(self._stall())

    def refuse(self) -> None:
        """Refuse new connections, as if no server listened; keep the open ones."""
        self._call(self._refuse())

    def resume(self) -> None:
        """End `stall` and `refuse`; what was held back arrives."""
        self._call(self._resume())

    def start(self) -> None:
        """Listen on a free port."""
        self._thread.start()
        self._call(self._resume())

    def close(self) -> None:
        """Break what is open, and stop listening."""
        self._call(self._refuse())
        self._call(self._cut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CALL_SECONDS)
        self._loop.close()

    def _call(self, step: Coroutine[Any, Any, None]) -> None:
        """Run one step in the proxy's thread, and wait until it is done."""
        future = asyncio.run_coroutine_threadsafe(step, self._loop)
        future.result(CALL_SECONDS)

    async def _cut(self) -> None:
        for writer in self._writers:
            pipe = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                pipe.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _stall(self) -> None:
        self._flowing.clear()

    async def _refuse(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def _resume(self) -> None:
        self._flowing.set()
        if self._listener is None:
            self._listener = await asyncio.start_server(self._accept, HOST, self.port)
            self.port = self._listener.sockets[0].getsockname()[1]

    def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = self._loop.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.opened += 1
        self.open += 1
        writers = [writer]
        self._writers.add(writer)
        try:
            far_reader, far_writer = await self._connect()
            writers.append(far_writer)
            self._writers.add(far_writer)
            await asyncio.gather(
                self._pump(reader, far_writer, "sent"),
                self._pump(far_reader, writer, "received"),
            )
        except OSError:
            pass  # the other side sees it, too: both are closed below
        finally:
            self.open -= 1
            self._writers.difference_update(writers)
            for each in writers:
                each.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = self._server_address
        if host.startswith("/"):  # the folder of a socket, as PostgreSQL names it
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str
    ) -> None:
        while data := await reader.read(65_536):
            await self._flowing.wait()
            setattr(self, way, getattr(self, way) + len(data))
            writer.write(data)
            await writer.drain()
        await self._flowing.wait()
        if writer.can_write_eof():
            writer.write_eof()


@contextlib.asynccontextmanager
async def fault_proxy(dsn: str) -> AsyncGenerator[Proxy]:
    """Run a `Proxy` for the length of a block."""
    proxy = Proxy(dsn)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.close()
