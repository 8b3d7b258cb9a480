"""Records tasks, waits and cancellations while code runs as it always does.

Nothing that is awaited is wrapped. An event loop runs each step of a task
through ``asyncio.Handle._run``; while something is being recorded that method
is wrapped, and after a step the task is looked at: if it has not ended it is
suspended, and ``asyncwith.drawing.waits`` says where. The loops of asyncio, of
Pyodide and of ``asyncwith.clock`` all run handles, so all are seen.

Whose step it is, a context variable tells: tasks inherit the context of the code
that starts them, so a library's tasks are seen, and the kernel's own are not.
"""

from __future__ import annotations

import asyncio
import re
import sys
import threading
from asyncio import base_events, events
from collections import Counter
from contextlib import contextmanager
from contextvars import Context, ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

from asyncwith.awaiting import await_chain
from asyncwith.drawing.waits import (
    Suspension,
    caller,
    elsewhere,
    suspension,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from asyncwith.drawing.blocks import Block
    from asyncwith.drawing.timeline import Kind, Timeline

__all__ = ["Recording", "current", "open_blocks", "record", "report_mistake"]

LIMIT = 1000
"""Events that a recording keeps; a loop that runs for long would fill a page."""

_recording: ContextVar[Recording | None] = ContextVar("asyncwith", default=None)
_LIBRARY = re.compile(r"[\\/](site|dist)-packages[\\/]")
_LAB = str(Path(__file__).parents[1])
_LOOP = base_events.BaseEventLoop.close.__code__.co_filename

open_blocks: dict[int, list[Block]] = {}
"""The ``with`` blocks that each frame is in, by the frame's ``id``."""


def current() -> Recording | None:
    """Return the recording that the running code belongs to, or None."""
    recording = _recording.get()
    return None if recording is None or recording.closed else recording


@dataclass(slots=True)
class _Wait:
    """A task's current wait: its event, and what was due when it last ran."""

    place: Suspension
    step: int
    brief: bool
    due: bool = False


class Recording:
    """Turns the steps of tasks into the events of a timeline.

    Parameters
    ----------
    timeline
        Where the events go.
    drawn
        Tells for a file name whether waits in its code are drawn.
    """

    def __init__(self, timeline: Timeline, drawn: Callable[[str], bool]) -> None:
        self.timeline = timeline
        self.drawn = drawn
        self.closed = False
        self.root = _current_task()
        self._thread = threading.get_ident()
        self._lanes: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
        self._begun: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()
        self._waits: WeakKeyDictionary[Any, _Wait] = WeakKeyDictionary()
        self._names: Counter[str] = Counter(["main"])
        self._running: list[Any] = []
        self._seen: WeakSet[Any] = WeakSet()
        self._root_waits = False

    # -- events ----------------------------------------------------------

    def add(self, kind: Kind, label: str, of: int | None = None) -> int:
        """Add an event of the running task, thread or cell; return its step."""
        self._settle()
        task = _current_task()
        if task is not None:
            self._begin(task)
        return self._add(self._lane(task), kind, label, of)

    def enter(self, label: str) -> int:
        """Add the event of a block that is being entered; return its step."""
        step = self.add("enter", label)
        self.timeline.entering(step)
        return step

    def entered(self, step: int) -> None:
        """Note that the block entered at this step has been entered now."""
        self._settle()
        self.timeline.entered(step)

    def _add(self, lane: str, kind: Kind, label: str, of: int | None = None) -> int:
        if self.closed or len(self.timeline) >= LIMIT:
            self.timeline.dropped += not self.closed
            return -1
        return self.timeline.add(lane, kind, label, of=of)

    def _lane(self, task: Any) -> str:
        if task is self.root or task is None:
            thread = threading.current_thread()
            return "main" if thread.ident == self._thread else thread.name
        lane = self._lanes.get(task)
        if lane is None:
            name = str(task.get_name())
            if re.fullmatch(r"Task-\d+", name):
                name = _name(task)
            name = name.removeprefix("__main__.")
            self._names[name] += 1
            number = self._names[name]
            lane = self._lanes[task] = name if number == 1 else f"{name} {number}"
        return lane

    def _begin(self, task: Any) -> None:
        if task is not self.root and task not in self._begun:
            self._begun[task] = True
            self._add(self._lane(task), "begin", _name(task))

    # -- steps -----------------------------------------------------------

    def before_step(self, task: Any, arguments: Any) -> None:
        """Note that a task is about to run, and with what."""
        self._look_at_root()
        self._settle()
        self._seen.add(task)
        self._running.append(task)
        wait = self._waits.get(task)
        if wait is None:
            if not _is_library(task.get_coro()):
                self._begin(task)
            return
        future = arguments[0] if arguments else None
        cancelled = asyncio.isfuture(future) and future.cancelled()
        if cancelled or getattr(task, "_must_cancel", False):
            del self._waits[task]
            self._add(self._lane(task), "cancel", wait.place.label, wait.step)
        else:
            wait.due = True  # the same await may go on: said when it does not

    def after_step(self, task: Any) -> None:
        """Note where the task that has just run waits now, or how it ended."""
        if task in self._running:
            self._running.remove(task)
        if task.done():
            self._settle(task)
            self._end(task)
        else:
            self._look_at(task)
        self._settle()

    def close(self) -> None:
        """Add what is due and stop."""
        self._settle(*self._waits)
        self.closed = True

    def _look_at_root(self) -> None:
        """See the cell's first wait: its step began before the recording did."""
        if not self._root_waits and self.root is not None and _suspended(self.root):
            self._root_waits = True
            if self.root not in self._seen:
                self._look_at(self.root)

    def _look_at(self, task: Any) -> None:
        coroutine = task.get_coro()
        place = suspension(coroutine, self.drawn, _innermost_block)
        if place is None and task in self._begun:
            place = elsewhere(coroutine, _name(task))
        brief = getattr(task, "_fut_waiter", None) is None
        wait = self._waits.get(task)
        if wait is not None:
            if wait.due and place is not None and wait.place.goes_on_in(place):
                wait.due = False
                wait.brief = wait.brief and brief
                return
            self._resume(task, wait)
        if place is not None:
            self._begin(task)
            step = self._add(self._lane(task), "wait", place.label)
            self._waits[task] = _Wait(place, step, brief)

    def _resume(self, task: Any, wait: _Wait) -> None:
        del self._waits[task]
        if not wait.brief:
            self._add(self._lane(task), "resume", wait.place.label, wait.step)

    def _settle(self, *tasks: Any) -> None:
        """Add what is due: resumptions, and waits of tasks that ran eagerly."""
        for task in tasks or [*self._running]:
            wait = self._waits.get(task)
            if wait is not None and wait.due:
                self._resume(task, wait)
        if not tasks:
            self._look_at_eager_tasks()

    def _look_at_eager_tasks(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if loop.get_task_factory() is None:
            return
        for task in sorted(asyncio.all_tasks(loop), key=_age):
            context: Context | None = getattr(task, "get_context", lambda: None)()
            mine = context is not None and context.get(_recording) is self
            if mine and task not in self._seen and _suspended(task):
                self._seen.add(task)
                if not _is_library(task.get_coro()):
                    self._begin(task)
                self._look_at(task)

    def _end(self, task: Any) -> None:
        if task in self._begun:
            label = _name(task)
            if task.cancelled():
                self._add(self._lane(task), "end", f"{label} ! CancelledError")
                return
            # Not task.exception(): that would silence asyncio's own complaint
            # about an exception that nobody retrieves.
            error = task._exception
            suffix = "" if error is None else f" ! {type(error).__name__}"
            self._add(self._lane(task), "end", label + suffix)


def _suspended(task: Any) -> bool:
    return bool(getattr(task.get_coro(), "cr_suspended", False))


def _age(task: Any) -> tuple[int, str]:
    name = str(task.get_name())
    number = re.fullmatch(r"Task-(\d+)", name)
    return (int(number[1]), "") if number else (0, name)


def _current_task() -> Any:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


def _innermost_block(frame: int) -> str | None:
    blocks = open_blocks.get(frame)
    return blocks[-1].label if blocks else None


def _name(task: Any) -> str:
    coroutine = task.get_coro()
    name = getattr(coroutine, "__qualname__", None)
    if name is None:  # the aclose() of a generator that the loop finalises
        _, *awaited = (link for link, _ in await_chain(coroutine))
        generator = awaited[0] if awaited else None
        name = getattr(generator, "__qualname__", type(coroutine).__name__)
        name += ".aclose" if generator is not None else ""
    return str(name).rpartition("<locals>.")[2]


def _is_library(coroutine: Any) -> bool:
    """Tell whether a task is a library's own business until it runs drawn code."""
    code = getattr(coroutine, "cr_code", getattr(coroutine, "gi_code", None))
    if not isinstance(code, CodeType):
        return True
    name = code.co_filename
    # base_events: a loop's housekeeping when it is closed inside the cell
    return bool(_LIBRARY.search(name)) or name.startswith(_LAB) or name == _LOOP


# -- the loop's steps -----------------------------------------------------

_active = 0
_plain_run = events.Handle._run


def _run(self: Any) -> None:
    """Run a handle as ``Handle._run`` does, and look at its task around it."""
    context = self._context
    recording = None if context is None else context.get(_recording)
    task = getattr(self._callback, "__self__", None)
    name = getattr(self._callback, "__name__", "_")
    step = hasattr(task, "get_coro") and not hasattr(asyncio.Task, name)
    if recording is None or recording.closed or not step:
        return _plain_run(self)
    _quietly(recording.before_step, task, self._args)
    try:
        return _plain_run(self)
    finally:
        _quietly(recording.after_step, task)
        # As Handle._run does: frames of an exception that escaped from the task
        # lead here, and a cycle would keep asyncio's complaint about it back.
        self = task = None


def _quietly(method: Callable[..., None], *arguments: Any) -> None:
    try:
        method(*arguments)
    except Exception as error:
        report_mistake(error, method)


def report_mistake(error: Exception, where: object) -> None:
    """Report a mistake of the lab's own, which must not reach the program."""
    unraisable = SimpleNamespace(
        exc_type=type(error),
        exc_value=error,
        exc_traceback=error.__traceback__,
        err_msg="asyncwith could not draw this; the error is ignored in",
        object=where,
    )
    sys.unraisablehook(unraisable)  # type: ignore[arg-type]


@contextmanager
def record(
    timeline: Timeline, drawn: Callable[[str], bool] | None = None
) -> Generator[Recording, None, None]:
    """Record what the code of the block, and the tasks that it starts, do.

    Parameters
    ----------
    timeline
        Where the events go.
    drawn
        Tells for a file name whether waits in its code are drawn; without it,
        those in the file that calls are.

    Example
    -------
    >>> import asyncio
    >>> from asyncwith import Timeline
    >>> async def main():
    ...     timeline = Timeline("a nap")
    ...     with record(timeline, lambda name: name == main.__code__.co_filename):
    ...         await asyncio.sleep(0.001)
    ...     return timeline
    >>> asyncio.run(main())
    main wait   asyncio.sleep(0.001)
    main resume asyncio.sleep(0.001)
    """
    if drawn is None:
        drawn = caller(3).f_code.co_filename.__eq__
    global _active, _plain_run
    recording = Recording(timeline, drawn)
    if not _active:
        _plain_run = events.Handle._run
        events.Handle._run = _run
    _active += 1
    before = _recording.get()
    _recording.set(recording)
    try:
        yield recording
    finally:
        recording.close()
        _recording.set(before)
        _active -= 1
        if not _active:
            events.Handle._run = _plain_run
