"""This process's server and its databases: what `dsn` and `describe` answer."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from asyncwith.postgres import databases
from asyncwith.postgres.container import engine_problem
from asyncwith.postgres.driver import run
from asyncwith.postgres.errors import PostgresUnavailable
from asyncwith.postgres.locks import try_lock
from asyncwith.postgres.places import (
    checkout_id,
    require_space,
    state_folder,
    unusable_cache,
)
from asyncwith.postgres.sharing import Lease, join, joinable
from asyncwith.postgres.target import Settings, read_settings, validate

__all__ = ["Session", "current"]

COPIES = 100
"""Runs of one notebook at the same time before something must be wrong."""


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
        with self._guard:
            lease = self._server()
            claim = self._claims.get(name)
            if claim is None or claim.generation != lease.generation:
                claim = self._claims[name] = self._claim(lease, name, claim)
            return databases.with_database(lease.dsn, claim.database)

    def describe(self) -> str:
        """Return one line on the server."""
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
            names = run(databases.drop_all(self._server().dsn, checkout_id()))
            self.release()
            return names

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
        container = state_folder("container")
        if joinable(container):
            return join(container, "container", self.settings.image)
        if forced is None and joinable(state_folder("embedded")):
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
        return self._embedded()

    def _embedded(self) -> Lease:
        folder = state_folder("embedded")
        if not (folder / "data").exists() and not joinable(folder):
            require_space()
        return join(folder, "embedded")

    def _claim(self, lease: Lease, name: str, old: _Claim | None) -> _Claim:
        """Take the first name that no living process has, and clone into it."""
        checkout = checkout_id()
        if old is not None and run(
            databases.clone(lease.dsn, checkout, old.database, keep=True)
        ):
            return _Claim(old.database, old.lock, lease.generation)
        locks = state_folder("databases")
        for copy in range(1, COPIES):
            database = databases.database_name(checkout, name, copy)
            held = try_lock(locks / f"{database}.lock")
            if held is None:
                continue
            try:
                done = run(databases.clone(lease.dsn, checkout, database))
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
