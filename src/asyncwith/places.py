"""Places where a coroutine waits, and can be cancelled.

A coroutine can be cancelled only where it is suspended. `checkpoint` makes
such a place and gives it a name; for every other one the name is the line of
source that waits, found by following the chain of awaits.
"""

from __future__ import annotations

import gc
import linecache
import sysconfig
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType, coroutine
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

__all__ = ["checkpoint", "latest", "name_of_task", "place_of"]

_LONGEST = 40  # characters of source that a line of a report has room for


class _Latest(threading.local):
    """The label of the latest checkpoint in this thread."""

    label: str | None = None


latest = _Latest()


@coroutine
def _suspend() -> Generator[None]:
    # What asyncio.sleep(0) yields: "resume me in the next round". A loop takes
    # it, and so does a sweep that drives the coroutine by hand.
    yield


async def checkpoint(label: str = "") -> None:
    """Suspend once: a place where a sweep can cancel.

    Parameters
    ----------
    label : str
        What a report says about this place, such as ``"in the body"``. Left
        out, the report shows the line of source that waits.

    Examples
    --------
    >>> from asyncwith import sweep
    >>> async def scenario(shelf):
    ...     await checkpoint("before")
    ...     await checkpoint("after")
    >>> print(sweep(scenario))
    cancelled at 1  before             nothing held
    cancelled at 2  after              nothing held
    """
    latest.label = label or None
    await _suspend()


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

_ATTRIBUTES: dict[type, tuple[str, str]] = {
    CoroutineType: ("cr_frame", "cr_await"),
    GeneratorType: ("gi_frame", "gi_yieldfrom"),
    AsyncGeneratorType: ("ag_frame", "ag_await"),
}


def _frames(waiting: object) -> Iterator[FrameType]:
    """The frames of a suspended coroutine, from outside in."""
    while waiting is not None:
        frame, awaits = _ATTRIBUTES.get(type(waiting), ("", ""))
        if frame:
            found: FrameType | None = getattr(waiting, frame)
            if found is not None:
                yield found
            waiting = getattr(waiting, awaits)
        else:
            # A step of an async generator names nothing, but refers to it.
            waiting = next(
                (
                    referent
                    for referent in gc.get_referents(waiting)
                    if "async_generator" in type(waiting).__name__
                    and type(referent) in _ATTRIBUTES
                ),
                None,
            )


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
    >>> async def consume():
    ...     await checkpoint()
    >>> coroutine = consume()
    >>> coroutine.send(None)
    >>> place_of(coroutine)
    'await checkpoint()'
    >>> coroutine.close()
    """
    place, exiting = "", False
    for frame in _frames(waiting):
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
