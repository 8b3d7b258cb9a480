"""A place where a coroutine can be cancelled, with a name.

A coroutine can be cancelled only where it is suspended. `checkpoint` makes
such a place and says what it is called; every other one is called after the
line of source that waits (`asyncwith.awaiting`).
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from types import coroutine

__all__ = ["checkpoint", "latest"]


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
