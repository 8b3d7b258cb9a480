"""The process that owns the shared server, and ends it after its last user.

It is started by `asyncwith.postgres.sharing` and runs as long as anybody
holds ``users.lock``, and a second longer, so that one notebook after another
meets the same server. A server that dies is started again on the same port.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Protocol

from asyncwith.postgres.errors import PostgresUnavailable
from asyncwith.postgres.locks import try_lock
from asyncwith.postgres.sharing import LAYOUT

__all__ = ["LINGER_SECONDS", "main"]

LINGER_SECONDS = 1.0
LOOK_SECONDS = 0.2
RESTARTS = 20


class Backend(Protocol):
    """What is supervised: an embedded server or a container."""

    @property
    def dsn(self) -> str: ...
    @property
    def description(self) -> str: ...
    def start(self) -> None: ...
    def alive(self) -> bool: ...
    def close(self) -> None: ...


def main(arguments: list[str]) -> None:
    """Supervise: FOLDER KIND IMAGE. The caller waits only for the fork."""
    if os.fork():
        os._exit(0)
    folder, kind, image = Path(arguments[0]), arguments[1], arguments[2]
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        backend = _backend(folder, kind, image)
        try:
            _supervise(folder, backend)
        finally:
            (folder / "server.json").unlink(missing_ok=True)
            backend.close()
    except PostgresUnavailable as error:
        (folder / "failure.txt").write_text(str(error))
        sys.exit(error.exit_code)


def _backend(folder: Path, kind: str, image: str) -> Backend:
    if kind == "container":
        from asyncwith.postgres.container import Container

        return Container(folder, image)
    from asyncwith.postgres.embedded import Server

    return Server(folder)


def _supervise(folder: Path, backend: Backend) -> None:
    backend.start()
    _publish(folder, backend)
    idle_since: float | None = None
    restarts = 0
    while True:
        time.sleep(LOOK_SECONDS)
        if not backend.alive():
            restarts += 1
            if restarts > RESTARTS:
                raise PostgresUnavailable(
                    f"The {backend.description} died {restarts} times. "
                    f"Its logs: {folder / 'logs'}"
                )
            backend.start()
            _publish(folder, backend)
        users = try_lock(folder / "users.lock")
        if users is None:
            idle_since = None
            continue
        os.close(users)
        idle_since = idle_since or time.monotonic()
        if time.monotonic() - idle_since >= LINGER_SECONDS and _end(folder, backend):
            return


def _end(folder: Path, backend: Backend) -> bool:
    """End the server unless somebody is about to join it."""
    boot = try_lock(folder / "boot.lock")
    if boot is None:
        return False
    try:
        users = try_lock(folder / "users.lock")
        if users is None:
            return False
        os.close(users)
        (folder / "server.json").unlink(missing_ok=True)
        backend.close()  # a starter waits for boot.lock meanwhile
    finally:
        os.close(boot)
    return True


def _publish(folder: Path, backend: Backend) -> None:
    draft = folder / "server.json.new"
    draft.touch(mode=0o600)
    server = {
        "dsn": backend.dsn,
        "description": backend.description,
        "generation": secrets.token_hex(8),
        "layout": LAYOUT,
    }
    draft.write_text(json.dumps(server))
    draft.rename(folder / "server.json")


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(0)
