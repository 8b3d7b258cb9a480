"""Run asyncpg from synchronous code, also where a loop is running.

``dsn()`` is called in a notebook's cell, whose loop is running: the coroutine
gets a short-lived thread and a loop of its own there.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Coroutine
from importlib import import_module
from typing import Any, TypeVar

from asyncwith.postgres.errors import PostgresUnavailable

__all__ = ["Connection", "asyncpg", "connect", "run"]

T = TypeVar("T")

Connection = Any
"""An ``asyncpg.Connection``; asyncpg is imported when it is needed."""


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return the coroutine's result, or raise what it raises.

    Examples
    --------
    >>> run(asyncio.sleep(0, "done"))
    'done'
    """
    result: list[T] = []
    failure: list[BaseException] = []

    def work() -> None:
        # Not asyncio.run: what a cell has patched must not matter here.
        loop = asyncio.SelectorEventLoop()
        try:
            result.append(loop.run_until_complete(coroutine))
        except BaseException as error:
            failure.append(error)
        finally:
            loop.close()

    thread = threading.Thread(target=work, name="asyncwith-postgres", daemon=True)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return result[0]


@contextlib.asynccontextmanager
async def connect(dsn: str, *, seconds: float = 10) -> AsyncGenerator[Connection]:
    """Connect once, without a pool; give up after so many seconds.

    Raises
    ------
    PostgresUnavailable
        When asyncpg is not installed.
    OSError, TimeoutError, asyncpg.PostgresError
        As asyncpg raises them.
    """
    connection: Connection = await asyncpg().connect(dsn, timeout=seconds)
    try:
        yield connection
    finally:
        await connection.close(timeout=seconds)


def asyncpg() -> Any:
    """Return the module asyncpg, which has no type information.

    Raises
    ------
    PostgresUnavailable
        When it is not installed.

    Examples
    --------
    >>> asyncpg().__name__
    'asyncpg'
    """
    try:
        return import_module("asyncpg")
    except ImportError:
        raise PostgresUnavailable(
            "asyncpg is needed to reach PostgreSQL. Install it with "
            "`pip install 'asyncwith[postgres]'`."
        ) from None
