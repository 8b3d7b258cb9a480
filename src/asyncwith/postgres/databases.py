"""A database for each notebook run: cloned from a template, marked as ours.

Whatever the server's own defaults are, the template is made from `template0`
with UTF8 and the locale C, and each clone gets the settings of
`asyncwith.postgres.uniform`. A database is dropped only if its comment says
that this checkout made it.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from itertools import count
from urllib.parse import quote, urlsplit, urlunsplit

from asyncwith.postgres.driver import Connection, asyncpg, connect
from asyncwith.postgres.uniform import as_statements

__all__ = ["clone", "database_name", "drop", "with_database"]

PREFIX = "asyncwith"
SESSIONS = 20
"""How many sessions a notebook may have at once; it binds no superuser."""
PATIENCE = 10
"""Seconds to wait for a session that the book's role may not end."""
LONGEST = 63
"""Bytes of a PostgreSQL identifier; longer ones are cut without a word."""


def database_name(checkout: str, name: str, copy: int = 1) -> str:
    """Return the database's name for a notebook: distinct, and 63 bytes at most.

    Parameters
    ----------
    checkout
        The checkout's id.
    name
        Any text; what an identifier cannot hold is replaced, and a digest
        keeps two texts apart that would become the same.
    copy
        2 for a second run beside the first, and so on.

    Examples
    --------
    >>> database_name("0123456789", "04_generators")
    'asyncwith_0123456789_04_generators'
    >>> database_name("0123456789", "Crème brûlée", copy=2)
    'asyncwith_0123456789_cr_me_br_l_e_364046_2'
    """
    suffix = "" if copy == 1 else f"_{copy}"
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    room = LONGEST - len(f"{PREFIX}_{checkout}_{suffix}")
    if slug != name or len(slug) > room:
        digest = hashlib.sha256(name.encode()).hexdigest()[:6]
        slug = f"{slug[: room - 7].rstrip('_')}_{digest}".lstrip("_")
    return f"{PREFIX}_{checkout}_{slug}{suffix}"


def with_database(dsn: str, database: str) -> str:
    """Return the DSN with another database, its other parts as they were.

    Examples
    --------
    >>> with_database("postgresql://me@localhost:5432/old?sslmode=disable", "new")
    'postgresql://me@localhost:5432/new?sslmode=disable'
    """
    return urlunsplit(urlsplit(dsn)._replace(path="/" + quote(database, safe="")))


async def clone(dsn: str, checkout: str, database: str, *, keep: bool = False) -> bool:
    """Make `database` anew from the checkout's template.

    Parameters
    ----------
    dsn
        The maintenance database of a server, as a role with CREATEDB.
    checkout
        The checkout's id: the mark of what may be dropped.
    database
        A name from `database_name`. It takes `SESSIONS` sessions at once: a
        notebook that opens more would lock the others out.
    keep
        Leave the database as it is if it exists and is ours.

    Returns
    -------
    bool
        False if a database of that name exists which is not ours: it is
        left alone, and another name is needed.
    """
    async with _maintenance(dsn, checkout) as connection:
        template = await _template(connection, checkout)
        mark = _mark(checkout, "database")
        existing = await _comment(connection, database)
        if existing == mark and keep:
            return True
        if existing == mark:
            await _remove(connection, database)
        elif existing is not None:
            return False
        await connection.execute(
            f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY file_copy '
            f"CONNECTION LIMIT {SESSIONS}"
        )
        await _finish(connection, database, mark)
    return True


async def drop(
    dsn: str, checkout: str, *, templates: bool, unless: Callable[[str], bool]
) -> list[str]:
    """Drop the checkout's databases; return their names.

    Parameters
    ----------
    dsn, checkout
        As for `clone`.
    templates
        Whether to drop the template as well.
    unless
        Tells, from its name, whether a database is still in use.
    """
    async with _maintenance(dsn, checkout) as connection:
        rows = await connection.fetch(
            "SELECT datname FROM pg_database WHERE pg_has_role(datdba, 'USAGE') AND "
            "shobj_description(oid, 'pg_database') LIKE $1 ORDER BY datname",
            _mark(checkout, "%" if templates else "database"),
        )
        names = [name for row in rows if not unless(name := str(row["datname"]))]
        for name in names:
            await _remove(connection, name)
    return names


async def _remove(connection: Connection, database: str) -> None:
    """Drop a database, and end the sessions in it.

    The book's role may not end the server's own, an autovacuum worker for
    instance: that one is waited for.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            await connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)')
            return
        except asyncpg().InsufficientPrivilegeError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)


@asynccontextmanager
async def _maintenance(dsn: str, checkout: str) -> AsyncGenerator[Connection]:
    """Connect, and be the checkout's only one to make or drop databases.

    A template cannot be cloned while somebody else clones it.
    """
    async with connect(dsn) as connection:
        await connection.execute(
            "SET statement_timeout TO 0; SET lock_timeout TO 0; "
            "SET default_transaction_read_only TO off"
        )
        await connection.execute("SELECT pg_advisory_lock($1)", _lock_key(checkout))
        yield connection


async def _template(connection: Connection, checkout: str) -> str:
    mark = _mark(checkout, "template 1")
    for number in count(1):
        # No notebook's name has two underscores in a row.
        template = f"{PREFIX}_{checkout}__template_{number}"
        existing = await _comment(connection, template)
        if existing == mark:
            return template
        if existing is not None and not existing.startswith(_mark(checkout, "")):
            continue  # killed before it was marked, or somebody else's
        if existing is not None:  # of another edition of the book
            await connection.execute(f'DROP DATABASE "{template}"')
        await connection.execute(
            f"CREATE DATABASE \"{template}\" TEMPLATE template0 ENCODING 'UTF8' "
            "LOCALE_PROVIDER libc LOCALE 'C' ALLOW_CONNECTIONS false"
        )
        await connection.execute(f"COMMENT ON DATABASE \"{template}\" IS '{mark}'")
        return template
    raise AssertionError("count() does not end")


async def _finish(connection: Connection, database: str, mark: str) -> None:
    """Mark a new database, and give it the uniform settings, in one round trip."""
    superuser, of_role = await connection.fetchrow(
        "SELECT current_setting('is_superuser') = 'on', EXISTS (SELECT FROM "
        "pg_db_role_setting WHERE setdatabase = 0 AND setrole = "
        "(SELECT oid FROM pg_roles WHERE rolname = current_user))"
    )
    statements = [f"COMMENT ON DATABASE \"{database}\" IS '{mark}'"]
    statements += as_statements(f'DATABASE "{database}"', superuser=superuser)
    if of_role:  # a role's own settings would win over the database's
        target = f'ROLE CURRENT_USER IN DATABASE "{database}"'
        statements += as_statements(target, superuser=superuser)
    await connection.execute("; ".join(statements))


async def _comment(connection: Connection, database: str) -> str | None:
    """Return a database's comment, None if there is no such database.

    It is "" where there is no comment, and for a database of another role's:
    we could neither clone nor drop it.
    """
    comment = await connection.fetchval(
        "SELECT CASE WHEN pg_has_role(datdba, 'USAGE') "
        "THEN coalesce(shobj_description(oid, 'pg_database'), '') ELSE '' END "
        "FROM pg_database WHERE datname = $1",
        database,
    )
    return None if comment is None else str(comment)


def _mark(checkout: str, what: str) -> str:
    return f"made by the book async with, checkout {checkout}, {what}"


def _lock_key(checkout: str) -> int:
    return int.from_bytes(hashlib.sha256(checkout.encode()).digest()[:7])
