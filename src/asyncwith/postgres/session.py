"""This process's server and its databases: what `dsn` and `describe` answer."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from asyncwith.postgres import databases
from asyncwith.postgres.container import engine_problem
from asyncwith.postgres.driver import asyncpg, run
from asyncwith.postgres.errors import PostgresUnavailable
from asyncwith.postgres.locks import is_held, try_lock
from asyncwith.postgres.places import (
    checkout_id,
    require_space,
    state_folder,
    unusable_cache,
)
from asyncwith.postgres.sharing import Lease, join, joinable
from asyncwith.postgres.target import Settings, read_settings, validate

__all__ = ["Session", "current"]

T = TypeVar("T")

COPIES = 100
"""Runs of one notebook at the same time before something must be wrong."""

KEEP_SECONDS = 3600


@dataclass
class _Claim:
    """A database that is this process's as long as it lives."""

    database: str
    lock: int
    generation: str


class Session:
    """The server for given settings, joined at its first use."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lease: Lease | None = None
        self._claims: dict[str, _Claim] = {}
        self._reason = ""
        self._guard = threading.RLock()

    def dsn(self, name: str) -> str:
        """Return the DSN of this process's database called `name`."""
        if self.settings.given is not None:
            return self.settings.given
        with self._guard:
            lease = self._server()
            claim = self._claims.get(name)
            if claim is None or claim.generation != lease.generation:
                claim = self._claims[name] = self._claim(lease, name, claim)
            return databases.with_database(lease.dsn, claim.database)

    def describe(self) -> str:
        """Return one line on the server."""
        if self.settings.given is not None:
            return "the PostgreSQL of ASYNCWITH_GIVEN_DATABASE"
        with self._guard:
            lease = self._server()
            return lease.description + self._reason

    def release(self) -> None:
        """Give the server and the databases' names back."""
        with self._guard:
            for claim in self._claims.values():
                os.close(claim.lock)
            self._claims.clear()
            if self._lease is not None:
                self._lease.release()
                self._lease = None

    def drop(self) -> list[str]:
        """Drop all of the checkout's databases; return their names."""
        with self._guard:
            dsn, checkout = self._server().dsn, checkout_id()
            for claim in self._claims.values():
                os.close(claim.lock)
            self._claims.clear()
            return self._run(
                databases.drop(dsn, checkout, templates=True, unless=self._in_use)
            )

    def _server(self) -> Lease:
        if self._lease is not None and self._lease.alive():
            self._lease.refresh()
            return self._lease
        if self._lease is not None:  # its supervisor was killed: start anew
            self._lease.release()
            self._lease = None
        try:
            self._lease = self._resolve()
        except OSError as error:
            raise unusable_cache(error) from None
        return self._lease

    def _resolve(self) -> Lease:
        url, forced = self.settings.url, self.settings.forced
        if url is not None:
            version = run(validate(url))
            description = (
                f"PostgreSQL {version} of ASYNCWITH_DATABASE_URL ({url.shown})"
            )
            return _OwnServer(url.dsn, description, Path(), "own", None)
        if forced == "embedded":
            return self._embedded()
        slug = re.sub(r"[^A-Za-z0-9]+", "-", self.settings.image)
        container = state_folder(f"container-{slug}")
        reason = state_folder("embedded") / "no-container.txt"
        if joinable(container):
            return join(container, "container", self.settings.image)
        if forced is None and joinable(reason.parent):
            self._reason = reason.read_text() if reason.exists() else ""
            return self._embedded()
        problem = engine_problem(self.settings.image)
        if problem is None:
            try:
                return join(container, "container", self.settings.image)
            except PostgresUnavailable as error:
                problem = str(error)
        if forced:
            raise PostgresUnavailable(
                f"ASYNCWITH_POSTGRES=container was asked for, and {problem}"
            )
        self._reason = f"; no container: {problem}"
        reason.write_text(self._reason)  # those who join want to know, too
        return self._embedded()

    def _embedded(self) -> Lease:
        folder = state_folder("embedded")
        if not (folder / "data").exists() and not joinable(folder):
            require_space()
        return join(folder, "embedded")

    def _claim(self, lease: Lease, name: str, old: _Claim | None) -> _Claim:
        """Take the first name that no living process has, and clone into it."""
        checkout = checkout_id()
        if old is not None and self._run(
            databases.clone(lease.dsn, checkout, old.database, keep=True)
        ):
            return _Claim(old.database, old.lock, lease.generation)
        if not self._claims:
            self._run(
                databases.drop(
                    lease.dsn, checkout, templates=False, unless=self._in_use_or_new
                )
            )
        for copy in range(1, COPIES):
            database = databases.database_name(checkout, name, copy)
            held = try_lock(_lock_file(database))
            if held is None:
                continue
            os.utime(held)
            try:
                done = self._run(databases.clone(lease.dsn, checkout, database))
            except BaseException:
                os.close(held)
                raise
            if done:
                return _Claim(database, held, lease.generation)
            os.close(held)
        raise PostgresUnavailable(
            f"{COPIES - 1} runs of {name} are alive at once, or their databases "
            "are not ours. End some, or set ASYNCWITH_DATABASE to another name."
        )

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return run(work)
        except (asyncpg().PostgresError, OSError, TimeoutError) as error:
            server = self._lease.description if self._lease else "PostgreSQL"
            raise PostgresUnavailable(
                f"No database could be made on the server, {server}: "
                f"{str(error) or type(error).__name__}"
            ) from error

    def _in_use(self, database: str) -> bool:
        return is_held(_lock_file(database))

    def _in_use_or_new(self, database: str) -> bool:
        """A finished run's database stays for a while, to be looked at."""
        with contextlib.suppress(FileNotFoundError):
            age = time.time() - _lock_file(database).stat().st_mtime
            return age < KEEP_SECONDS or self._in_use(database)
        return False


def _lock_file(database: str) -> Path:
    return state_folder("databases") / f"{database}.lock"


class _OwnServer(Lease):
    """The reader's own server: nothing of ours to keep alive."""

    def alive(self) -> bool:
        return True

    def refresh(self) -> None:
        pass


_sessions: list[Session] = []
_guard = threading.Lock()


def current() -> Session:
    """Return the session for the settings as they are now."""
    settings = read_settings()
    with _guard:
        if _sessions and _sessions[0].settings != settings:
            _sessions.pop().release()
        if not _sessions:
            _sessions.append(Session(settings))
        return _sessions[0]


def default_name() -> str:
    """Return the notebook's name, else the script's."""
    if name := os.environ.get("ASYNCWITH_DATABASE", "").strip():
        return name
    session = os.environ.get("JPY_SESSION_NAME", "")
    name = Path(session or sys.argv[0] or "python").stem or "python"
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    return f"{name}_{worker}" if worker else name
