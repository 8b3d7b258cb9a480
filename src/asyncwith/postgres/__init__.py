"""A real PostgreSQL for every notebook, test and script of the checkout.

``dsn()`` returns the address of a database of this run's own. The server is,
in this order: the one that ``ASYNCWITH_DATABASE_URL`` names, a container, or
an embedded one that lies in the user's cache. It is shared by all processes
of the checkout and ends with the last of them.

Importing this is quick and starts nothing. In the browser, where asyncpg is a
stand-in, the address is a constant.
"""

from __future__ import annotations

import sys
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from asyncwith.postgres.errors import PostgresUnavailable, SettingsError

if TYPE_CHECKING:
    from asyncwith.postgres.faults import Proxy
    from asyncwith.postgres.throwaway import PrivateServer

__all__ = [
    "PostgresUnavailable",
    "SettingsError",
    "describe",
    "drop_all",
    "dsn",
    "private",
    "proxy",
    "release",
]

BROWSER_DSN = "postgresql://reader@127.0.0.1/browser"


def dsn(name: str | None = None) -> str:
    """Return the address of this run's own, empty database.

    The first call of a process joins or starts the checkout's server, drops
    what an earlier run has left under the name, and clones the template.
    Later calls return the same address. It is synchronous, and works in a
    notebook's cell as in a script. A second run of the same notebook at the
    same time gets a database of its own.

    The role in it is an ordinary one that may create databases, on the
    container and the embedded server, too. It can have 20 sessions open in the
    database, since others use the server; one more is refused with asyncpg's
    TooManyConnectionsError, ``too many connections for database``. What needs
    more, or a superuser, takes a server of its own: `private`. (A superuser in
    ``ASYNCWITH_DATABASE_URL`` is not bound by the 20.)

    Parameters
    ----------
    name
        Which database; by default ``ASYNCWITH_DATABASE``, else the notebook's
        or the script's name.

    Raises
    ------
    SettingsError
        When an ``ASYNCWITH_…`` setting cannot be used.
    PostgresUnavailable
        When there is no server to be had.

    Examples
    --------
    >>> dsn("docs") == dsn("docs")
    True
    """
    if sys.platform == "emscripten":
        return BROWSER_DSN
    _require_posix()
    from asyncwith.postgres.session import current, default_name

    return current().dsn(name or default_name())


def describe() -> str:
    """Return one line that names the server; join or start it for that.

    Raises
    ------
    PostgresUnavailable
        As `dsn`.

    Examples
    --------
    >>> "PostgreSQL" in describe()
    True
    """
    if sys.platform == "emscripten":
        return "PostgreSQL in the browser (PGlite)"
    _require_posix()
    from asyncwith.postgres.session import current

    return current().describe()


def release() -> None:
    """Stop using the server; the end of the process does the same."""
    if sys.platform != "emscripten" and sys.platform != "win32":
        from asyncwith.postgres.session import current

        current().release()


def drop_all() -> list[str]:
    """Drop every database of this checkout on its server; return the names.

    Only databases that carry the checkout's mark are dropped. Databases of
    finished runs otherwise stay until the next run of the same name.
    """
    _require_posix()
    from asyncwith.postgres.session import current

    return current().drop()


def private(**settings: object) -> AbstractAsyncContextManager[PrivateServer]:
    """Start a throw-away embedded server, whatever else has been chosen.

    For what exhausts connections, restarts a server or changes its settings.
    It ends with its block, and with this process however that dies. The role
    in its ``dsn`` is an ordinary one, as in `dsn`'s, with no limit of sessions
    but the server's; ``superuser_dsn`` is the superuser's address.

    Parameters
    ----------
    **settings
        The server's settings, for example ``max_connections=20``.

    Raises
    ------
    PostgresUnavailable
        When there are no binaries, or the server refuses a setting.

    Examples
    --------
    >>> async def crash() -> bool:
    ...     async with private(max_connections=20) as server:
    ...         server.kill()
    ...         return server.alive
    >>> import asyncio
    >>> asyncio.run(crash())
    False
    """
    _require_posix()
    from asyncwith.postgres.throwaway import private_server

    return private_server(settings)


def proxy(dsn: str) -> AbstractAsyncContextManager[Proxy]:
    """Put a TCP proxy before a server, which can break the network.

    Parameters
    ----------
    dsn
        The server's address; `Proxy.dsn` is the way through the proxy.

    Examples
    --------
    >>> async def count() -> int:
    ...     async with proxy(dsn("docs")) as network:
    ...         network.cut()
    ...         return network.opened
    >>> import asyncio
    >>> asyncio.run(count())
    0
    """
    _require_posix()
    from asyncwith.postgres.faults import fault_proxy

    return fault_proxy(dsn)


def _require_posix() -> None:
    if sys.platform == "emscripten":
        raise PostgresUnavailable(
            "The browser has one PostgreSQL session and no sockets: "
            "run this in a local copy of the book."
        )
    if sys.platform == "win32":
        raise PostgresUnavailable(
            "On Windows, run the book in WSL, or read its browser edition."
        )
