"""Drive a coroutine from suspension to suspension, by hand or inside a task.

What an event loop does with a task is little: ``send(None)`` until the
coroutine waits, later ``send`` or ``throw`` again. Whoever stands between the
two can count the suspensions and choose one to cancel. `drive` stands in for
the loop, `Watched` sits in a task on a real one; both fill in a `Run`.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import sys
import weakref
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from typing import Any

from asyncwith.awaiting import place_of
from asyncwith.checkpoints import latest
from asyncwith.shelf import Shelf, ShelfError
from asyncwith.sweeping.report import Outcome

__all__ = [
    "MOST_STEPS",
    "Errors",
    "Points",
    "Run",
    "Watched",
    "close",
    "drive",
    "tasks_started",
    "without_loop",
]

Points = tuple[()] | tuple[int] | tuple[int, int]
Errors = type[BaseException] | tuple[type[BaseException], ...]

# A scenario has tens of suspensions. One that is still going after this many
# catches the cancellation and goes round in a loop.
MOST_STEPS = 2_000

# Coroutines that refuse to be closed. Collected, each would print "coroutine
# ignored GeneratorExit" at a random moment, so they are kept.
_undead: list[object] = []


class Run:
    """One run of a scenario: where to cancel it, and what happened.

    Attributes
    ----------
    points : tuple of int
        The suspensions to cancel, counted from 1; empty for none.
    count : int
        The suspensions so far.
    place : str
        What it waited for when it was last cancelled.
    ended, error
        How it ended, and with which exception.
    held, running, steps
        As in `asyncwith.sweeping.report.Outcome`.
    """

    def __init__(self, points: Points, shelf: Shelf) -> None:
        self.points = points
        self.shelf = shelf
        self.count = 0
        self.place = ""
        self.ended = "returned"
        self.error: BaseException | None = None
        self.held: list[str] = []
        self.running: list[str] = []
        self.steps: list[tuple[str, str]] = []
        self._seen = 0

    @property
    def complete(self) -> bool:
        """It came as far as its last point of cancellation."""
        return not self.points or self.count >= self.points[-1]

    def suspended(self) -> bool:
        """Note a suspension; return whether to cancel there."""
        self.count += 1
        self._note_shelf()
        self.steps.append(("wait", latest.label or ""))
        return self.count in self.points

    def cancel(self, coroutine: Coroutine[Any, Any, object]) -> None:
        """Note that the wait which `coroutine` is in now is cancelled."""
        label = self.steps[-1][1]
        self.place = label or place_of(coroutine)
        self.steps[-1:] = [("wait", self.place), ("cancel", self.place)]

    def finish(self, error: BaseException | None = None, ended: str = "") -> None:
        """Note how it ended: with an exception, or returned, or as `ended` says."""
        self._note_shelf()
        self.error = error
        self.ended = ended or ("returned" if error is None else type(error).__name__)
        self.steps.append(("end", self.ended))

    def take_stock(self) -> None:
        """Note what is still held, now."""
        self._note_shelf()
        self.held += self.shelf.held

    def outcome(self, places: dict[int, str], injected: Errors = ()) -> Outcome:
        """Sum up; `places` names the waits before the first cancellation."""
        steps, waits = list(self.steps), 0
        for index, (kind, label) in enumerate(steps):
            if kind == "cancel":
                break
            if kind == "wait":
                waits += 1
                steps[index] = (kind, label or places.get(waits, ""))
        points = self.points
        return Outcome(
            point=points if len(points) == 2 else sum(points),
            place=self.place,
            ended=self.ended,
            held=tuple(self.held),
            running=tuple(self.running),
            mistakes=tuple(self.shelf.mistakes),
            injected=isinstance(self.error, ShelfError)
            or (not points and isinstance(self.error, injected)),
            steps=tuple(steps),
        )

    def _note_shelf(self) -> None:
        for event in self.shelf.events[self._seen :]:
            self.steps.append(("acquire" if event[0] == "+" else "release", event[1:]))
        self._seen = len(self.shelf.events)


def drive(coroutine: Coroutine[Any, Any, object], run: Run) -> None:
    """Run a coroutine to its end by hand, as a loop with nothing else to do.

    Raises
    ------
    RuntimeError
        If it waits for a future: only a loop can complete one.
    """
    generators = _Generators()
    error: BaseException | None = None
    try:
        while run.count <= MOST_STEPS:
            latest.label = None
            if error is None:
                yielded = coroutine.send(None)
            else:
                run.cancel(coroutine)
                yielded = coroutine.throw(error)
                error = None
            if yielded is not None:
                raise _NeedsLoop(yielded)
            if run.suspended():
                error = asyncio.CancelledError()
            generators.step()
        run.finish(ended="never ended")
    except StopIteration:
        run.finish()
    except _NeedsLoop as needs:
        what = type(needs.args[0]).__name__
        raise RuntimeError(
            f"the scenario waits for a {what}, which only an event loop can "
            "complete. sweep() drives it by hand: let it wait with checkpoint() or "
            "a Shelf, or use `await sweep_task(...)`, which runs it on the loop."
        ) from None
    except KeyboardInterrupt:
        raise
    except BaseException as ended_with:
        run.finish(ended_with)
    finally:
        run.take_stock()
        close(coroutine)
        generators.close()


class _NeedsLoop(BaseException):
    """The coroutine yielded something that is meant for a loop."""


def close(coroutine: Coroutine[Any, Any, object]) -> None:
    """Close a coroutine, whatever it answers."""
    try:
        coroutine.close()
    except RuntimeError:  # "coroutine ignored GeneratorExit"
        _undead.append(coroutine)
    except BaseException:
        pass


class _Generators:
    """Closes abandoned async generators as a loop does: soon, not at once.

    While it is active, it takes the place of the running loop's hooks, so
    that nothing of a swept scenario is left to a notebook's own loop.
    """

    def __init__(self) -> None:
        self._hooks = sys.get_asyncgen_hooks()
        self._alive: weakref.WeakSet[AsyncGenerator[Any, Any]] = weakref.WeakSet()
        self._closing: list[Coroutine[Any, Any, None]] = []
        sys.set_asyncgen_hooks(self._alive.add, self._finalize)

    def _finalize(self, generator: AsyncGenerator[Any, Any]) -> None:
        self._closing.append(_closed(generator))

    def step(self) -> None:
        """Take every generator that is being closed one suspension further."""
        for coroutine in list(self._closing):
            try:
                coroutine.send(None)
            except BaseException:
                self._closing.remove(coroutine)

    def close(self) -> None:
        self._closing += [_closed(generator) for generator in self._alive]
        for _ in range(MOST_STEPS):
            if not self._closing:
                break
            self.step()
        for coroutine in self._closing:
            close(coroutine)
        sys.set_asyncgen_hooks(*self._hooks)


async def _closed(generator: AsyncGenerator[Any, Any]) -> None:
    await generator.aclose()


@contextlib.contextmanager
def without_loop() -> Generator[None]:
    """Hide the running loop, as one that is driven by hand has none.

    So a scenario behaves the same in a script and in a notebook's cell, and
    ``asyncio.timeout`` cannot cancel the cell.
    """
    loop = asyncio._get_running_loop()  # pyright: ignore[reportPrivateUsage]
    asyncio._set_running_loop(None)  # pyright: ignore[reportPrivateUsage]
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)  # pyright: ignore[reportPrivateUsage]


class Watched:
    """An awaitable that passes a coroutine's suspensions on, and counts them.

    Parameters
    ----------
    coroutine : coroutine
        Awaited inside a task: ``await Watched(coroutine, run)``.
    run : Run
        Filled in; at its points the task is cancelled, with ``Task.cancel``,
        while it really waits, so that libraries see a true cancellation.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, object], run: Run) -> None:
        self.coroutine = coroutine
        self.run = run
        self.abandoned = False  # set to end a task that will not be cancelled

    def __await__(self) -> Generator[Any, Any, object]:
        task = asyncio.current_task()
        assert task is not None
        coroutine, run = self.coroutine, self.run
        error: BaseException | None = None
        ours = False
        while True:
            latest.label = None
            try:
                if error is None:
                    waited_for = coroutine.send(None)
                else:
                    if ours:
                        run.cancel(coroutine)
                    waited_for = coroutine.throw(error)
            except StopIteration as stop:
                return stop.value
            ours = run.suspended()
            if ours:
                # The task cancels what it is given to wait for, on receiving it.
                task.cancel()
            error = None
            try:
                yield waited_for
            except BaseException as thrown:
                error = thrown
            if self.abandoned:
                close(coroutine)
                raise asyncio.CancelledError


_sweep: contextvars.ContextVar[object] = contextvars.ContextVar("asyncwith.sweep")
Started = Callable[[], set[asyncio.Task[Any]]]


@contextlib.contextmanager
def tasks_started() -> Generator[tuple[contextvars.Context, Started]]:
    """Tell which tasks descend from a context, by a mark that they inherit.

    Yields the context to start the first task in, and a function that returns
    its descendants which are still running.
    """
    loop = asyncio.get_running_loop()
    mark = object()
    context = contextvars.copy_context()
    context.run(_sweep.set, mark)

    if hasattr(asyncio.Task, "get_context"):

        def started() -> set[asyncio.Task[Any]]:
            tasks: Any = asyncio.all_tasks(loop)
            return {task for task in tasks if task.get_context().get(_sweep) is mark}

        yield context, started
        return

    # Python 3.11 does not tell a task's context, so they are noted as they start.
    others: Any = loop.get_task_factory() or _new_task
    noted: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()

    def factory(loop: Any, coroutine: Any, **options: Any) -> Any:
        task = others(loop, coroutine, **options)
        if _sweep.get(None) is mark:
            noted.add(task)
        return task

    before = loop.get_task_factory()
    loop.set_task_factory(factory)
    try:
        yield context, lambda: {task for task in noted if not task.done()}
    finally:
        if loop.get_task_factory() is factory:
            loop.set_task_factory(before)


def _new_task(loop: Any, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
    return asyncio.Task(coroutine, loop=loop, **options)
