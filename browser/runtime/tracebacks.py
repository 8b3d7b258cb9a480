"""Errors as the page shows them: Python's own traceback, from the cell on."""

from __future__ import annotations

import re
import traceback
from types import TracebackType

__all__ = ["CELL", "error_output"]

CELL = re.compile(r"Cell In\[\d+\]")
"""File names of cells' code."""


def error_output(error: BaseException) -> dict[str, object]:
    """An error as an nbformat output.

    The frames above the cell's first one are the runner's, and are left out. An
    error that knows how a notebook shows it (``_render_traceback_``) is asked.
    """
    own = getattr(error, "_render_traceback_", None)
    if own is not None:
        return _output(error, list(own()))
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        link.__traceback__ = _from_the_cell(link.__traceback__)
        link = link.__cause__ or link.__context__
    lines = "".join(traceback.format_exception(error)).splitlines()
    return _output(error, [_shown(line) for line in lines])


def _output(error: BaseException, lines: list[str]) -> dict[str, object]:
    return {
        "output_type": "error",
        "ename": type(error).__name__,
        "evalue": _text(error),
        "traceback": lines,
    }


def _from_the_cell(trace: TracebackType | None) -> TracebackType | None:
    start = trace
    while start is not None:
        if CELL.fullmatch(start.tb_frame.f_code.co_filename):
            return start
        start = start.tb_next
    if trace is not None and "asyncwith_browser" in trace.tb_frame.f_code.co_filename:
        return None  # nothing but the runner: a syntax error
    return trace


def _shown(line: str) -> str:
    """``File "Cell In[3]", line 2`` as Jupyter says it."""
    return re.sub(r'File "(Cell In\[\d+\])"', r"\1", line)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # as IPython says it
        return f"<unprintable {type(error).__name__} object>"
