"""A throw-away embedded server for experiments that would disturb others."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from asyncwith.postgres.errors import PostgresUnavailable
from asyncwith.postgres.locks import exclusive, is_held, lock
from asyncwith.postgres.places import require_space, state_folder
from asyncwith.postgres.processes import end_stale_server

__all__ = ["PrivateServer", "private_server"]

CLOSE_SECONDS = 30.0


class PrivateServer:
    """A server of this block's own; `asyncwith.postgres.private` makes it."""

    def __init__(self, settings: Mapping[str, object]) -> None:
        self._settings = {key: _as_text(value) for key, value in settings.items()}
        self._guard: subprocess.Popen[str] | None = None
        self._answer: dict[str, object] = {}
        self._one_at_a_time = threading.Lock()

    @property
    def dsn(self) -> str:
        """Its address, the same after each restart, as an ordinary role.

        The role owns the database, and may create others; `superuser_dsn` is
        for the rest. The server keeps `superuser_reserved_connections` (3) of
        its `max_connections` from this role, as any server does.
        """
        return str(self._answer["dsn"])

    @property
    def superuser_dsn(self) -> str:
        """The same address as a superuser, for example for ALTER SYSTEM."""
        return str(self._answer["superuser_dsn"])

    @property
    def alive(self) -> bool:
        """Whether the server runs."""
        return bool(self._ask("look")["alive"])

    async def start(self) -> None:
        """Start it again, with the data and the port that it had."""
        await asyncio.to_thread(self._ask, "start")

    async def stop(self) -> None:
        """Shut it down: sessions are ended with an error, data is kept."""
        await asyncio.to_thread(self._ask, "stop")

    async def restart(self) -> None:
        """`stop`, then `start`."""
        await asyncio.to_thread(self._ask, "restart")

    def kill(self) -> None:
        """Kill all its processes at once: no goodbye to any client.

        What was committed is there after `start`.
        """
        self._ask("kill")

    def _ask(self, command: str) -> dict[str, object]:
        with self._one_at_a_time:
            guard = self._guard = self._guard or _launch(self._settings)
            assert guard.stdin is not None and guard.stdout is not None
            try:
                guard.stdin.write(f"{command}\n")
                guard.stdin.flush()
                line = guard.stdout.readline()
            except (OSError, ValueError):
                line = ""
            if not line:
                raise PostgresUnavailable(
                    "The private server is gone: its guard was killed, or its "
                    "block has ended. Open a new one with postgres.private()."
                )
            answer = json.loads(line)
            if "error" in answer:
                raise PostgresUnavailable(str(answer["error"]))
            self._answer = answer
            return answer

    def _close(self) -> None:
        with self._one_at_a_time:
            guard = self._guard
            if guard is None or guard.stdin is None or guard.stdout is None:
                return
            try:
                guard.stdin.close()  # it stops the server and cleans up
                guard.wait(CLOSE_SECONDS)
            except BrokenPipeError:
                guard.wait(CLOSE_SECONDS)
            finally:
                guard.stdout.close()


@asynccontextmanager
async def private_server(
    settings: Mapping[str, object],
) -> AsyncGenerator[PrivateServer]:
    """Start a `PrivateServer` for the length of a block."""
    server = PrivateServer(settings)
    try:
        await server.start()
        yield server
    finally:
        # Shielded: a second cancellation must not leave the folder behind.
        await asyncio.shield(asyncio.to_thread(server._close))  # pyright: ignore[reportPrivateUsage]


def _launch(settings: Mapping[str, str]) -> subprocess.Popen[str]:
    folder = state_folder("private")
    require_space()
    with exclusive(folder / "making.lock"):
        _remove_stale(folder)
        own = Path(tempfile.mkdtemp(dir=folder))
        held = lock(own / "guard.lock")
    package = str(Path(__file__).resolve().parents[2])
    program = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); "
        "from asyncwith.postgres.guard import main; main(sys.argv[1:])"
    )
    try:
        return subprocess.Popen(
            [sys.executable, "-c", program, package, str(own), json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            start_new_session=True,
            pass_fds=(held,),
        )
    finally:
        os.close(held)


def _remove_stale(folder: Path) -> None:
    """Remove the folders whose guard was killed."""
    for old in folder.glob("*/guard.lock"):
        if is_held(old):
            continue
        if is_held(old.with_name("server.lock")):
            end_stale_server(old.with_name("data"))  # the next one removes it
            continue
        apart = old.with_name("apart")
        if apart.exists():
            shutil.rmtree(apart.read_text(), ignore_errors=True)
        shutil.rmtree(old.parent, ignore_errors=True)


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)
