"""Where a suspended coroutine waits: what it awaits, what that awaits, and so on.

A suspended coroutine names what it awaits (``cr_await``), down to the future
that will wake it. Everything in the lab that says where something waits follows
this chain: a sweep and a virtual clock name the line (`place_of`), a drawing
the ``await`` itself, a check the line of the submission.
"""

from __future__ import annotations

import gc
import linecache
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import asyncio

__all__ = ["HAS_FRAME", "await_chain", "name_of_task", "place_of"]

_ATTRIBUTES: dict[type, tuple[str, str]] = {
    CoroutineType: ("cr_frame", "cr_await"),
    GeneratorType: ("gi_frame", "gi_yieldfrom"),
    AsyncGeneratorType: ("ag_frame", "ag_await"),
}
HAS_FRAME = frozenset(_ATTRIBUTES)
"""The types of awaitables that run a frame of Python's."""

# Steps of an async generator, and wrappers, name nothing: the garbage collector
# knows what they refer to.
_OPAQUE = {
    "async_generator_asend",
    "async_generator_athrow",
    "anext_awaitable",
    "coroutine_wrapper",
}
_MOST_LINKS = 1000  # Python's recursion limit; only a forged chain goes round
_LONGEST = 40  # characters of source that a line of a report has room for

# Code that waits on somebody's behalf: the standard library, installed
# packages and this one. What a reader wants to see is the line that called it.
_LIBRARIES = tuple(
    {
        str(Path(folder))
        for name in ("stdlib", "platstdlib", "purelib", "platlib")
        if (folder := sysconfig.get_paths().get(name))
    }
    | {str(Path(file).parent) for file in (__file__, linecache.__file__)}
    | {"<frozen"}  # importlib; the line before knows a zipped standard library
)


def await_chain(waiting: object) -> Iterator[tuple[Any, FrameType | None]]:
    """Give a suspended coroutine and what it awaits, from outside in.

    Parameters
    ----------
    waiting : coroutine
        One that is suspended, such as ``task.get_coro()``, or any other
        awaitable of Python's own.

    Yields
    ------
    awaitable, frame
        Each link of the chain with its frame; None where it has none. The last
        link is what nothing is known about, often an iterator of a future.

    Examples
    --------
    >>> import asyncio
    >>> async def inner():
    ...     await asyncio.sleep(0)
    >>> async def outer():
    ...     await inner()
    >>> coroutine = outer()
    >>> coroutine.send(None)
    >>> [frame.f_code.co_name for _, frame in await_chain(coroutine) if frame]
    ['outer', 'inner', 'sleep', '__sleep0']
    >>> coroutine.close()
    """
    link = waiting
    for _ in range(_MOST_LINKS):
        if link is None:
            return
        frame, awaits = _ATTRIBUTES.get(cast("type[Any]", type(link)), ("", ""))
        yield link, getattr(link, frame) if frame else None
        link = getattr(link, awaits) if awaits else _referent(link)


def _referent(link: object) -> object:
    if type(link).__name__ not in _OPAQUE:
        return None
    for referent in gc.get_referents(link):
        if type(referent) in HAS_FRAME or type(referent).__name__ in _OPAQUE:
            return referent
    return None


def place_of(waiting: object) -> str:
    """The line where a suspended coroutine waits.

    Not the exact expression, although Python knows its columns: for ``async
    with`` they differ between versions, and a traceback shows lines too.

    Parameters
    ----------
    waiting : coroutine
        One that is suspended, such as ``task.get_coro()``.

    Returns
    -------
    str
        The line of the innermost function that is not a library's;
        ``exit: async with ...`` where an exit method waits; without source,
        ``line 3 of consume``.

    Examples
    --------
    >>> import asyncio
    >>> async def consume():
    ...     await asyncio.sleep(0)
    >>> coroutine = consume()
    >>> coroutine.send(None)
    >>> place_of(coroutine)
    'await asyncio.sleep(0)'
    >>> coroutine.close()
    """
    place, exiting = "", False
    for _, frame in await_chain(waiting):
        if frame is None:
            continue
        code = frame.f_code
        if not code.co_filename.startswith(_LIBRARIES):
            text = linecache.getline(code.co_filename, frame.f_lineno).strip()
            place = text or f"line {frame.f_lineno} of {code.co_name}"
            exiting = False
        elif place and code.co_name == "__aexit__":
            exiting = True
    place = f"exit: {place}" if exiting else place or "in a library"
    return place if len(place) <= _LONGEST else place[: _LONGEST - 1] + "…"


def name_of_task(task: asyncio.Task[Any]) -> str:
    """A task's name; that of its coroutine function where it got none.

    ``Task-7`` says only how many tasks there were before.
    """
    name = task.get_name()
    # 3.13.0 calls a task "None" when a factory made it and nobody named it
    if not name.startswith("Task-") and name != "None":
        return name
    return str(getattr(task.get_coro(), "__name__", "task"))
