"""Start and stop one PostgreSQL server from its binaries.

It listens on 127.0.0.1 alone, on a free port, with a password (scram), and
keeps everything in one folder: ``data``, ``logs`` and the passwords. ``fsync``
is off: a crash of the server loses nothing, a power cut may, and its data is
made to be thrown away.

The server inherits a kernel lock, ``server.lock``, which is held as long as
any of its processes lives: two servers can never share the folder.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from asyncwith.postgres import processes
from asyncwith.postgres.accounts import Account, server_account
from asyncwith.postgres.binaries import Binaries, find_binaries
from asyncwith.postgres.cluster import (
    SUPERUSER,
    USER,
    Cluster,
    advice,
    last_words,
    quiet_environment,
)
from asyncwith.postgres.errors import PostgresUnavailable
from asyncwith.postgres.locks import is_held, try_lock
from asyncwith.postgres.uniform import UNIFORM, as_options

__all__ = ["USER", "Server", "free_port"]

ATTEMPTS = 5
START_SECONDS = 30.0
STOP_SECONDS = 10.0
LOCK_SECONDS = 3.0
LOG = " Its log: "

FIXED = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "cluster_name": "asyncwith",
}


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One server and its folder; start it again and it keeps data and port.

    Parameters
    ----------
    folder
        Exists and is ours. Run as ``nobody``, the server's data and programs
        lie in a folder of their own instead, which `discard` removes.
    settings
        More settings for the server, for example ``{"max_connections": "20"}``.
    owns_postgres
        Whether the database ``postgres`` belongs to the book's role.
    """

    def __init__(
        self,
        folder: Path,
        settings: dict[str, str] | None = None,
        *,
        binaries: Binaries | None = None,
        account: Account | None = None,
        owns_postgres: bool = False,
    ) -> None:
        self.folder = folder
        self.settings = settings or {}
        self.cluster = Cluster(
            folder,
            binaries or find_binaries(),
            account or server_account(),
            owns_postgres=owns_postgres,
        )
        self.port: int | None = None
        self.timings: dict[str, float] = {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def description(self) -> str:
        """One line on which server this is."""
        binaries = self.cluster.binaries
        return f"embedded PostgreSQL {binaries.version} ({binaries.source})"

    @property
    def dsn(self) -> str:
        """Where to connect as the book's role, to the database ``postgres``."""
        address = f"127.0.0.1:{self.port}"
        return f"postgresql://{USER}:{self.cluster.password}@{address}/postgres"

    @property
    def superuser_dsn(self) -> str:
        """The same, as the superuser."""
        who = f"{SUPERUSER}:{self.cluster.superuser_password}"
        return f"postgresql://{who}@127.0.0.1:{self.port}/postgres"

    @property
    def data(self) -> Path:
        """The server's data folder."""
        return self.cluster.data

    @property
    def log(self) -> Path:
        """The server's log since its last start."""
        return self.folder / "logs" / "postgres.log"

    @property
    def pid(self) -> int | None:
        """The process id of the postmaster, None when it does not run."""
        return self._process.pid if self._process and self.alive() else None

    def alive(self) -> bool:
        """Tell whether the postmaster runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it, and make its data first where there is none.

        Raises
        ------
        PostgresUnavailable
            With the server's own last words and the path of its log.
        """
        if self.alive():
            return
        held = self._take_lock()  # before anything in the folder is changed
        try:
            self.cluster.prepare()
            self._start_locked(held)
        finally:
            os.close(held)

    def _start_locked(self, held: int) -> None:
        found_data = self.cluster.exists()
        if not found_data:
            self._initialise()
        try:
            self._launch(held)
        except PostgresUnavailable:
            if not found_data or self.port is not None:
                raise
            self._initialise()  # left by a power cut or by another version
            self._launch(held)

    def _initialise(self) -> None:
        self.cluster.initialise()
        self.timings["initdb"] = self.cluster.initdb_seconds

    def stop(self) -> None:
        """Stop it: open transactions are rolled back, clients disconnected."""
        process = self._process
        if process is None:
            return
        for signal_number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal_number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
                break
        self._process = None

    def kill(self) -> None:
        """Kill all of its processes at once, as a crash would."""
        process = self._process
        if process is None:
            return
        family = [process.pid, *processes.children(process.pid)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)
        self._process = None

    def close(self) -> None:
        """Stop it for good; its data stays for the next start, if it can."""
        if self.cluster.passes:
            self.discard()
        else:
            self.stop()

    def discard(self) -> None:
        """Stop it and remove its data, wherever it lies."""
        self.stop()
        processes.forget_shared_memory(self.data / "postmaster.pid")
        self.cluster.discard()

    def _launch(self, held: int) -> None:
        started = time.perf_counter()
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # nobody has the lock
        known = self.port
        deadline = time.monotonic() + STOP_SECONDS
        for attempt in count(1):
            port = known or free_port()
            words = self._try_port(port, held)
            if words is None:
                self.port = port
                break
            taken = "Address already in use" in words
            again = time.monotonic() < deadline if known else attempt < ATTEMPTS
            if not (taken and again):
                raise PostgresUnavailable(
                    f"The {self.description} did not start: {last_words(words)}"
                    f"{advice(words)}{LOG}{self.log}"
                )
            if known:
                time.sleep(0.1)
        self.timings["start"] = time.perf_counter() - started

    def _try_port(self, port: int, held: int) -> str | None:
        """Return None once it is ready, else what it logged before it ended."""
        if self.log.exists():
            self.log.replace(self.log.with_name("postgres.previous.log"))
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [
                    *self.cluster.account.prefix,
                    self.cluster.binaries["postgres"],
                    *("-D", str(self.data), "-p", str(port)),
                    *as_options(FIXED | UNIFORM | self.settings),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=quiet_environment(),
                start_new_session=True,
                pass_fds=(held,),
                preexec_fn=processes.die_with_parent(signal.SIGINT),
                user=self.cluster.account.uid,
                group=self.cluster.account.gid,
                extra_groups=self.cluster.account.groups,
            )
        self._process = process
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None:
            if self._is_ready(process.pid):
                return None
            if time.monotonic() > deadline:
                self.stop()
                break
            time.sleep(0.005)
        self._process = None
        words = self.log.read_text(errors="replace")
        return words or f"it ended with exit code {process.returncode}"

    def _is_ready(self, pid: int) -> bool:
        # After a kill the file of the dead server still says "ready".
        with contextlib.suppress(OSError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return len(lines) > 7 and lines[0] == str(pid) and "ready" in lines[7]
        return False

    def _take_lock(self) -> int:
        """Wait for the last process of an earlier server; end a stale one."""
        path = self.folder / "server.lock"
        _wait_until(lambda: not is_held(path), LOCK_SECONDS)
        if (held := try_lock(path)) is not None:
            return held
        processes.end_stale_server(self.data)
        deadline = time.monotonic() + LOCK_SECONDS
        while (held := try_lock(path)) is None:
            if time.monotonic() > deadline:
                raise PostgresUnavailable(
                    f"Another server still uses {self.data}. End it, or remove "
                    "the folder once it has ended."
                )
            time.sleep(0.02)
        return held


def _wait_until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
