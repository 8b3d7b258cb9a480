"""A PostgreSQL for grading: a role and a database for each submission.

The server is a throw-away one, which only the grader's process can reach by
TCP. A sandbox has no network and finds a socket in a folder: what is written to
it is carried to the server, as its role, which can connect to its own database
and to no other.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import tempfile
import threading
from collections.abc import Coroutine, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from asyncwith import postgres
from asyncwith.catalogue import Exercise
from asyncwith.postgres.driver import connect
from asyncwith.postgres.uniform import as_statements
from classroom.sandbox import SOCKETS

__all__ = ["LARGEST", "Server", "needs_database"]

T = TypeVar("T")

LARGEST = 100_000_000  # bytes of a submission's database; an empty one has 8 million
_LOOK = 0.5  # seconds between two looks at its size
_SESSIONS = 20  # at once, as in the book


def needs_database(exercise: Exercise) -> bool:
    """Tell whether an exercise's check asks for a database."""
    return "postgres.dsn()" in exercise.read("check.py")


class Server:
    """The server, started when the first submission asks for a database."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._dsn = ""
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._guard = threading.Lock()

    @property
    def sockets(self) -> Path:
        """The folder with the socket, made with the server."""
        assert self._folder is not None
        return Path(self._folder.name)

    def close(self) -> None:
        """End the server; its databases go with it."""
        self._stack.close()
        self._loop = None

    @contextmanager
    def database(self) -> Generator[Mapping[str, str]]:
        """Bind the variables by which the lab finds a new role's new database."""
        with self._guard:
            if self._loop is None:
                self._start()
        name, password = f"student_{secrets.token_hex(6)}", secrets.token_urlsafe(18)
        self._call(self._make(name, password))
        watch = self._submit(self._limit(name))
        try:
            address = f"postgresql://{name}:{password}@/{name}?host={SOCKETS}"
            yield {"ASYNCWITH_GIVEN_DATABASE": address}
        finally:
            watch.cancel()
            self._call(self._drop(name))

    def _start(self) -> None:
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        self._loop = loop
        self._stack.callback(thread.join, 10)
        self._stack.callback(loop.call_soon_threadsafe, loop.stop)
        folder = tempfile.TemporaryDirectory(prefix="aw-pg-")
        self._folder = self._stack.enter_context(_kept(folder))
        os.chmod(folder.name, 0o755)
        server = postgres.private(fsync="off", max_connections=100)
        self._dsn = self._call(server.__aenter__()).superuser_dsn
        self._stack.callback(lambda: self._call(server.__aexit__(None, None, None)))
        self._call(self._open())

    def _submit(self, step: Coroutine[Any, Any, T]) -> Any:
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(step, self._loop)

    def _call(self, step: Coroutine[Any, Any, T]) -> T:
        result: T = self._submit(step).result(60)
        return result

    async def _open(self) -> None:
        """Close every database to all others, and listen on the socket."""
        async with connect(self._dsn) as connection:
            for row in await connection.fetch("SELECT datname FROM pg_database"):
                await connection.execute(
                    f'REVOKE CONNECT, TEMPORARY ON DATABASE "{row["datname"]}" '
                    "FROM PUBLIC"
                )
        path = self.sockets / ".s.PGSQL.5432"
        listener = await asyncio.start_unix_server(self._carry, str(path))
        self._stack.callback(
            lambda: self._loop and self._loop.call_soon_threadsafe(listener.close)
        )
        path.chmod(0o777)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Carry one connection's bytes to the server and back."""
        there = urlsplit(self._dsn)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            far, near = await asyncio.open_connection(there.hostname, there.port)
            one = asyncio.ensure_future(_copy(reader, near))
            await _copy(far, writer)
            one.cancel()

    async def _make(self, name: str, password: str) -> None:
        async with connect(self._dsn) as connection:
            await connection.execute(
                f"CREATE ROLE {name} LOGIN PASSWORD '{password}' "
                f"CONNECTION LIMIT {_SESSIONS}"
            )
            await connection.execute(
                f"CREATE DATABASE {name} OWNER {name} TEMPLATE template0 "
                "ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C' STRATEGY file_copy"
            )
            statements = [f"REVOKE ALL ON DATABASE {name} FROM PUBLIC"]
            statements += as_statements(f'DATABASE "{name}"', superuser=True)
            await connection.execute("; ".join(statements))

    async def _limit(self, name: str) -> None:
        """End the role's sessions for good when its database grows too large."""
        async with connect(self._dsn) as connection:
            while True:
                await asyncio.sleep(_LOOK)
                size = await connection.fetchval("SELECT pg_database_size($1)", name)
                if size > LARGEST:
                    await connection.execute(f"ALTER ROLE {name} NOLOGIN")
                    await connection.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE usename = $1",
                        name,
                    )

    async def _drop(self, name: str) -> None:
        async with connect(self._dsn) as connection:
            await connection.execute(f"ALTER ROLE {name} NOLOGIN")
            await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
            await connection.execute(f"DROP ROLE {name}")


@contextmanager
def _kept(
    folder: tempfile.TemporaryDirectory[str],
) -> Generator[tempfile.TemporaryDirectory[str]]:
    try:
        yield folder
    finally:
        folder.cleanup()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
