"""A check's sessions on a PostgreSQL server, and nobody else's.

A submission leaves sessions open, with locks and transactions, and the next
case would meet them. So a check gives all of its sessions one
``application_name``, and begins each case by ending those that are left.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

__all__ = ["Sessions", "complaints"]

_PAUSE = 0.002  # seconds between two looks at the server


class Sessions:
    """The sessions of one check.

    Parameters
    ----------
    dsn
        The database's address.
    name
        The exercise, in a word of letters and underscores.

    Attributes
    ----------
    settings
        asyncpg's ``server_settings`` for whatever the check opens.
    others
        What follows ``from``: the check's sessions but the one that asks.

    Examples
    --------
    >>> Sessions("postgresql://", "transfer").settings
    {'application_name': 'check of transfer'}
    """

    def __init__(self, dsn: str, name: str) -> None:
        self.dsn = dsn
        self.settings = {"application_name": f"check of {name}"}
        self.others = (
            f"pg_stat_activity where application_name = 'check of {name}'"
            " and datname = current_database() and pid <> pg_backend_pid()"
        )

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[Any]:
        """Bind one more session, an asyncpg connection; it ends with the block."""
        connection = await _asyncpg().connect(self.dsn, server_settings=self.settings)
        try:
            yield connection
        finally:
            connection.terminate()

    @asynccontextmanager
    async def alone(self, tables: str = "") -> AsyncGenerator[Any]:
        """Bind a session, when all others have ended and the tables are fresh.

        Parameters
        ----------
        tables
            Statements that make the case's tables anew.
        """
        count = f"select count(*) from {self.others}"
        async with self.session() as watcher:
            await watcher.execute(
                f"select pg_terminate_backend(pid) from {self.others}"
            )
            while await watcher.fetchval(count):  # noqa: ASYNC110
                await asyncio.sleep(_PAUSE)
            if tables:
                await watcher.execute(tables)
            yield watcher

    @asynccontextmanager
    async def pool(self, size: int) -> AsyncGenerator[Any]:
        """Bind a pool that opens one connection at once and lends up to `size`.

        It ends with the block, whatever has leaked.
        """
        pool = await _asyncpg().create_pool(
            self.dsn, min_size=1, max_size=size, server_settings=self.settings
        )
        try:
            yield pool
        finally:
            pool.terminate()


def _asyncpg() -> Any:
    """Return the driver's module, imported when a case needs it."""
    from asyncwith.postgres.driver import asyncpg

    return asyncpg()


@contextmanager
def complaints() -> Generator[list[str]]:
    """Bind a list of what is told to the loop's exception handler in the block.

    A pool that must end somebody's transaction says so there.

    Examples
    --------
    >>> async def main() -> list[str]:
    ...     with complaints() as told:
    ...         asyncio.get_running_loop().call_exception_handler({"message": "!"})
    ...     return told
    >>> asyncio.run(main())
    ['!']
    """
    told: list[str] = []
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, news: told.append(str(news["message"])))
    try:
        yield told
    finally:
        loop.set_exception_handler(before)
