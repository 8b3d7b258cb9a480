"""Where in the student's own code something waits or was raised.

A check reports a line of the submission, not one of the library or of the
check: frames are recognised by their globals, the submission's namespace.
"""

from __future__ import annotations

import asyncio
import linecache
from collections.abc import Mapping
from types import FrameType
from typing import Any

from asyncwith.awaiting import await_chain

__all__ = ["busy_at", "raised_at", "waiting_at"]


def waiting_at(task: asyncio.Task[Any], names: Mapping[str, Any]) -> str | None:
    """The submission's innermost line at which the task is suspended.

    Returns
    -------
    str or None
        ``"line 7: await queue.get()"``; None if no frame is the submission's.
    """
    place = None
    for _, frame in await_chain(task.get_coro()):
        if frame is not None and frame.f_globals is names:
            place = _place(frame.f_code.co_filename, frame.f_lineno)
    return place


def busy_at(frame: FrameType | None, names: Mapping[str, Any]) -> str | None:
    """The submission's innermost line at which a running frame stands."""
    while frame is not None and frame.f_globals is not names:
        frame = frame.f_back
    return _place(frame.f_code.co_filename, frame.f_lineno) if frame else None


def raised_at(error: BaseException, names: Mapping[str, Any]) -> str | None:
    """The submission's innermost line through which the exception came."""
    place, step = None, error.__traceback__
    while step is not None:
        if step.tb_frame.f_globals is names:
            place = _place(step.tb_frame.f_code.co_filename, step.tb_lineno)
        step = step.tb_next
    return place


def _place(file: str, line: int) -> str:
    cell = f"{file}, " if file.startswith("cell ") else ""
    text = linecache.getline(file, line).strip()
    return f"{cell}line {line}" + (f": {text}" if text else "")
