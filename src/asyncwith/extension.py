"""``%load_ext asyncwith``: draws the cells that ask for it, wakes those that hang.

A cell whose first line is ``# timeline: TITLE`` runs as it always does, and after
its own output shows its timeline, also when it raises. The syntax trees of all
cells are prepared for it (``asyncwith.drawing``), so functions of earlier cells
are drawn too.

An ``await`` at top level that never ends cannot be interrupted in ipykernel: the
signal's handler runs only when the loop wakes, and an idle loop sleeps. The
extension lets the arriving signal itself wake it.

The environment variable ``ASYNCWITH_DRAW`` serves tests, which compare a cell's
output plain and drawn:

``all``
    every cell is recorded; none shows a timeline that did not ask for it.
``off``
    no tree is changed and nothing is recorded; only the waking remains.

Outside IPython, as in a browser's worker, ``prepare`` and ``record`` do the same.
"""

from __future__ import annotations

import ast
import asyncio
import linecache
import os
import re
import signal
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncwith.drawing.recording import record as _record
from asyncwith.drawing.syntaxtree import transform
from asyncwith.drawing.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager

__all__ = [
    "Prepared",
    "load_ipython_extension",
    "prepare",
    "record",
    "title_of",
    "unload_ipython_extension",
]

_TITLE = re.compile(r"\s*# ?timeline: *(.*)")
_prepared: set[str] = set()


def title_of(source: str) -> str | None:
    """Return the title that a cell's first line asks for, or None.

    Example
    -------
    >>> title_of("# timeline: two tasks")
    'two tasks'
    >>> title_of("pass") is None
    True
    """
    match = _TITLE.match(source)
    return (match[1].strip() or "timeline") if match else None


# -- without IPython ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prepared:
    """A cell's tree, ready for ``compile``, and the title that it asks for."""

    tree: ast.Module
    title: str | None


def prepare(source: str, filename: str = "<cell>") -> Prepared:
    """Return a cell's syntax tree, made drawable, and its title.

    Compile the tree with the same file name and, for ``await`` at top level, with
    the flag ``ast.PyCF_ALLOW_TOP_LEVEL_AWAIT``. With Pyodide, make a ``CodeRunner``
    of the source, set its ``ast`` to the tree, then ``compile`` and ``run_async``.

    Parameters
    ----------
    source
        The cell's text.
    filename
        The name of its code; labels are looked up under it in ``linecache``.

    Raises
    ------
    SyntaxError
        As ``ast.parse`` raises it.

    Example
    -------
    >>> prepare("# timeline: a nap\\nawait asyncio.sleep(0)").title
    'a nap'
    """
    tree = ast.parse(source, filename)
    linecache.cache[filename] = (
        len(source),
        None,
        source.splitlines(keepends=True),
        filename,
    )
    _prepared.add(filename)
    if _mode() != "off":
        tree = transform(tree, source)
    return Prepared(tree, title_of(source))


@contextmanager
def record(title: str) -> Generator[Timeline, None, None]:
    """Record what prepared cells do in the ``with`` block, and their tasks.

    Example
    -------
    >>> cell = prepare("from contextlib import nullcontext\\nwith nullcontext(): 1")
    >>> with record("a block") as timeline:
    ...     exec(compile(cell.tree, "<cell>", "exec"))
    >>> timeline
    main enter  nullcontext()
    main exit   nullcontext()
    """
    timeline = Timeline(title)
    with _record(timeline, _prepared.__contains__):
        yield timeline


def _mode() -> str:
    return os.environ.get("ASYNCWITH_DRAW", "")


# -- in IPython -----------------------------------------------------------


class _Drawing:
    """Prepares the trees of an IPython shell's cells and shows timelines."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.source: str | None = None
        self.shown = False
        self.timeline: Timeline | None = None
        self.recording: AbstractContextManager[Any] | None = None

    def visit(self, tree: ast.AST) -> ast.AST:
        """Transform a tree, as IPython asks of what stands in its list."""
        return transform(tree, self.source)

    def before(self, info: Any) -> None:
        self._stop()
        title = title_of(info.raw_cell or "")
        self.source = getattr(info, "transformed_cell", None)
        self.shown = title is not None
        if title is not None or _mode() == "all":
            self.timeline = Timeline(title or "cell")
            self.recording = _record(self.timeline, self._is_cell)
            self.recording.__enter__()

    def after(self, result: Any) -> None:
        self._stop()
        timeline, self.timeline, self.source = self.timeline, None, None
        ran = getattr(result, "error_before_exec", None) is None
        if timeline is not None and self.shown and ran:
            from IPython import display

            display.display(timeline)  # pyright: ignore[reportUnknownMemberType]

    def _stop(self) -> None:
        if self.recording is not None:
            recording, self.recording = self.recording, None
            recording.__exit__(None, None, None)

    def _is_cell(self, filename: str) -> bool:
        return self.shell.compile.format_code_name(filename) is not None


class _Waking:
    """Lets a signal wake the loop that runs the cells."""

    def __init__(self) -> None:
        self.reader, self.writer = socket.socketpair()
        self.reader.setblocking(False)
        self.writer.setblocking(False)
        self.loop: asyncio.AbstractEventLoop | None = None
        self.before = signal.set_wakeup_fd(
            self.writer.fileno(), warn_on_full_buffer=False
        )

    def attend(self, _info: Any = None) -> None:
        """Listen in the running loop; take the descriptor back if it was lost."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if loop is not self.loop:
            self._leave()
            with suppress(NotImplementedError):
                loop.add_reader(self.reader.fileno(), self._drain)
                self.loop = loop
        other = signal.set_wakeup_fd(self.writer.fileno(), warn_on_full_buffer=False)
        if other not in (-1, self.writer.fileno()):
            signal.set_wakeup_fd(other)  # a loop's own, for its signal handlers

    def _drain(self) -> None:
        with suppress(BlockingIOError, InterruptedError):
            while self.reader.recv(4096):
                pass

    def _leave(self) -> None:
        if self.loop is not None and not self.loop.is_closed():
            self.loop.remove_reader(self.reader.fileno())
        self.loop = None

    def close(self) -> None:
        self._leave()
        now = signal.set_wakeup_fd(-1)
        with suppress(ValueError, OSError):
            signal.set_wakeup_fd(self.before if now == self.writer.fileno() else now)
        self.reader.close()
        self.writer.close()


def _waking() -> _Waking | None:
    if threading.current_thread() is not threading.main_thread():
        return None
    try:
        return _Waking()
    except (AttributeError, OSError, ValueError):  # a browser has no signals
        return None


_NAME = "_asyncwith_extension"


def load_ipython_extension(ip: Any) -> None:
    """Start drawing and waking in an IPython shell; twice is once."""
    if getattr(ip, _NAME, None) is not None:
        return
    drawing, waking = _Drawing(ip), _waking()
    if _mode() != "off":
        ip.ast_transformers.append(drawing)
        ip.events.register("pre_run_cell", drawing.before)
        ip.events.register("post_run_cell", drawing.after)
    if waking is not None:
        ip.events.register("pre_run_cell", waking.attend)
        waking.attend()
    setattr(ip, _NAME, (drawing, waking))


def unload_ipython_extension(ip: Any) -> None:
    """Undo what ``load_ipython_extension`` did; functions drawn still work."""
    loaded: tuple[_Drawing | None, _Waking | None]
    loaded = getattr(ip, _NAME, None) or (None, None)
    drawing, waking = loaded
    setattr(ip, _NAME, None)
    if drawing is not None and drawing in ip.ast_transformers:
        ip.ast_transformers.remove(drawing)
        ip.events.unregister("pre_run_cell", drawing.before)
        ip.events.unregister("post_run_cell", drawing.after)
    if waking is not None:
        ip.events.unregister("pre_run_cell", waking.attend)
        waking.close()
