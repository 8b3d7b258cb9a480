"""Join the server that all processes of a checkout share; start it if need be.

Three kernel locks in the server's folder, and no list of processes:

``boot.lock``
    held while somebody joins, starts or stops the server;
``users.lock``
    held, shared, by every process that uses the server;
``supervisor.lock``
    held by the supervisor, from before its first instruction to its end.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from asyncwith.postgres.errors import PostgresUnavailable
from asyncwith.postgres.locks import exclusive, is_held, lock, try_lock

__all__ = ["LAYOUT", "Lease", "join", "joinable"]

LIMIT_SECONDS = {"embedded": 90.0, "container": 240.0}
LEAVE_SECONDS = 5.0
LAYOUT = 2
"""What ``server.json`` says of its DSN: an ordinary role's.

1 (not said): a superuser's, by an earlier edition of the book.
"""


@dataclass
class Lease:
    """The right to use the shared server, until `release` or our death."""

    dsn: str
    """The server's maintenance database, as the book's role."""
    description: str
    folder: Path
    generation: str
    """Changes when the server has been started anew."""
    _users: int | None

    def alive(self) -> bool:
        """Tell whether the server is still looked after."""
        return self._users is not None and is_held(self.folder / "supervisor.lock")

    def refresh(self) -> None:
        """Learn the address of a server that has been started again."""
        if (server := _read(self.folder / "server.json")) is not None:
            self.dsn = server["dsn"]
            self.generation = server["generation"]

    def release(self) -> None:
        """Stop using the server; the last to do so ends it."""
        if self._users is not None:
            os.close(self._users)
            self._users = None


def joinable(folder: Path) -> bool:
    """Tell whether a server runs in `folder`."""
    return (folder / "server.json").exists() and is_held(folder / "supervisor.lock")


def join(folder: Path, kind: str, image: str = "") -> Lease:
    """Use the server of `folder`, and start it when nobody has.

    Parameters
    ----------
    folder
        The server's own folder; exists.
    kind
        ``embedded`` or ``container``.
    image
        The container's image.

    Raises
    ------
    PostgresUnavailable
        When it does not start; nothing is left running. Or when it is another
        edition's, and in use.
    """
    _let_another_edition_leave(folder)
    deadline = time.monotonic() + LIMIT_SECONDS[kind]
    failure = folder / "failure.txt"
    with exclusive(folder / "boot.lock"):
        users = lock(folder / "users.lock", shared=True)
        try:
            launched = False
            while True:
                supervisor = try_lock(folder / "supervisor.lock")
                if supervisor is None:
                    if (server := _read(folder / "server.json")) is not None:
                        return Lease(
                            dsn=server["dsn"],
                            description=server["description"],
                            folder=folder,
                            generation=server["generation"],
                            _users=users,
                        )
                    if time.monotonic() > deadline:
                        raise PostgresUnavailable(
                            f"The {kind} PostgreSQL did not get ready within "
                            f"{LIMIT_SECONDS[kind]:.0f} s. Its logs: {folder / 'logs'}"
                        )
                    time.sleep(0.01)
                    continue
                try:
                    if launched:
                        raise PostgresUnavailable(_words(folder, failure))
                    failure.unlink(missing_ok=True)
                    (folder / "server.json").unlink(missing_ok=True)
                    _launch(folder, kind, image, supervisor)
                    launched = True
                finally:
                    os.close(supervisor)
        except BaseException:
            os.close(users)
            raise


def _let_another_edition_leave(folder: Path) -> None:
    """Wait for the end of a server that an earlier edition has started.

    It outlives its last user by a second.
    """
    deadline = time.monotonic() + LEAVE_SECONDS
    while joinable(folder):
        server = _read(folder / "server.json")
        if server is None or server.get("layout") == LAYOUT:
            return
        if time.monotonic() > deadline:
            raise PostgresUnavailable(
                "A notebook or a script that was started before the book was "
                "updated still uses its PostgreSQL server. Shut it down (in "
                "JupyterLab: Kernel, Shut Down All Kernels), then try again."
            )
        time.sleep(0.05)


def _launch(folder: Path, kind: str, image: str, supervisor: int) -> None:
    """Start the supervisor; it inherits its lock, so that there is no gap."""
    logs = folder / "logs"
    logs.mkdir(mode=0o700, exist_ok=True)
    package = str(Path(__file__).resolve().parents[2])
    program = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); "
        "from asyncwith.postgres.supervisor import main; main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", program, package, str(folder), kind, image]
    with (logs / "supervisor.log").open("wb") as log:
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/",
            start_new_session=True,
            pass_fds=(supervisor,),
            check=False,  # it says why in failure.txt or in its log
        )


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return cast("dict[str, Any]", json.loads(path.read_text()))
    except FileNotFoundError:
        return None


def _words(folder: Path, failure: Path) -> str:
    if failure.exists():
        return failure.read_text()
    log = folder / "logs" / "supervisor.log"
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    last = lines[-1] if lines else "it said nothing"
    return f"The supervisor of the server ended at once: {last}. Its log: {log}"
