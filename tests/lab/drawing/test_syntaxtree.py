"""A drawn program behaves as the plain one does, whatever it does."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import gc
import io
import linecache
import re
import sys
import traceback
import types
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from asyncwith.drawing.recording import record
from asyncwith.drawing.syntaxtree import transform
from asyncwith.drawing.timeline import Timeline

CELL = "<the cell>"
_TEXT = Path(__file__).with_name("drawn_programs.txt").read_text("utf-8")
SETUP, *_PROGRAMS = re.split(r"^#: ", _TEXT, flags=re.MULTILINE)[1:]
SETUP = SETUP.partition("\n")[2]
PROGRAMS = {name: text for name, _, text in (p.partition("\n") for p in _PROGRAMS)}


def run(
    source: str, *, drawn: bool, recorded: bool
) -> tuple[dict[str, object], Timeline]:
    """Run a program; return all that its user could see, and the timeline."""
    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile(SETUP, "<setup>", "exec"), names)
    out, timeline, seen = io.StringIO(), Timeline("t"), {}
    linecache.cache[CELL] = len(source), None, source.splitlines(True), CELL
    tree = ast.parse(source, CELL)
    if drawn:
        tree = transform(tree, source)

    async def main() -> None:
        recording = (
            record(timeline, CELL.__eq__) if recorded else contextlib.nullcontext()
        )
        with recording:
            try:
                code = compile(tree, CELL, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
                result = types.FunctionType(code, names)()
                if result is not None:
                    await result
            except (Exception, asyncio.CancelledError) as error:
                trace = error.__traceback__
                while (
                    trace is not None and trace.tb_frame.f_code.co_filename == __file__
                ):
                    trace = trace.tb_next
                error.__traceback__ = trace
                seen["traceback"] = "".join(traceback.format_exception(error))
                seen["chain"] = chain(error)
                steps = traceback.walk_tb(trace)
                seen["lines"] = str([frame.f_lineno for frame, _ in steps])
                error.__traceback__ = None
                del error
            gc.collect()
            await asyncio.sleep(0)

    def unraisable(args: object) -> None:
        print("unraisable", repr(args.exc_value), args.err_msg)

    before, sys.unraisablehook = sys.unraisablehook, unraisable
    try:
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(out),
            warnings.catch_warnings(record=True) as warned,
        ):
            warnings.simplefilter("always")
            asyncio.run(main())
            names.pop("__builtins__", None)
            seen["names"] = {n: type(v).__name__ for n, v in names.items()}
            names.clear()
            gc.collect()
    finally:
        sys.unraisablehook = before
    seen["output"] = out.getvalue()
    seen["warnings"] = str([(str(w.message), w.filename, w.lineno) for w in warned])
    return {key: stable(value) for key, value in seen.items()}, timeline


def stable(value: object) -> object:
    return re.sub(r"0x\w+|Task-\d+", "…", value) if isinstance(value, str) else value


def chain(error: BaseException | None) -> list[object]:
    """Return types and texts of an exception and of all that it hangs on to."""
    links: list[object] = []
    while error is not None and len(links) < 20:
        notes = getattr(error, "__notes__", None)
        links.append((type(error), str(error), notes, error.__suppress_context__))
        links.append(chain(error.__cause__))
        error = error.__context__
    return links


# No block of theirs is entered, or none can be drawn.
SILENT = {
    "async for over a wrong object",
    "await 5",
    "docstring",
    "exec inside",
    "expression fails",
    "introspection",
    "nineteen blocks",
    "sync context manager decorates a coroutine function",
}


@pytest.fixture(scope="module", autouse=True)
def quick_collection() -> Iterator[None]:
    """Leave pytest's own objects out of the many garbage collections."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("recorded", [False, True], ids=["idle", "recorded"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_drawn_program_behaves_as_the_plain_one(name: str, recorded: bool) -> None:
    plain, _ = run(PROGRAMS[name], drawn=False, recorded=False)
    drawn, timeline = run(PROGRAMS[name], drawn=True, recorded=recorded)
    assert drawn == plain
    assert bool(len(timeline)) == (recorded and name not in SILENT)
