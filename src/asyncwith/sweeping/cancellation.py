"""A cancellation sweep: cancel a coroutine at each of its suspension points.

A task can be cancelled wherever it waits, so cleanup code has as many ways to
be interrupted as it has waits. A test that cancels "in the middle" tries one
of them; a sweep tries them all, in turn, and says what was still held.

`sweep` drives the coroutine by hand, without a loop: exact and quick.
`sweep_task` does it on the running loop, against real libraries and servers.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

from asyncwith.awaiting import name_of_task
from asyncwith.checkpoints import checkpoint
from asyncwith.shelf import Shelf, ShelfError
from asyncwith.sweeping.driver import (
    Errors,
    Points,
    Run,
    Watched,
    drive,
    tasks_started,
    without_loop,
)
from asyncwith.sweeping.report import Report

__all__ = ["Body", "Made", "sweep", "sweep_task"]

Body = Callable[[Any], Awaitable[object]]
Made = AbstractAsyncContextManager[Any, Any] | Coroutine[Any, Any, object]


def sweep(
    scenario: Callable[[Shelf], Made],
    *,
    shelf: Shelf | None = None,
    twice: bool = False,
    body: Body | None = None,
    raises: Errors = (),
) -> Report:
    """Cancel a scenario at each of its suspension points, and report.

    Parameters
    ----------
    scenario : callable
        Called with a new `Shelf` for each run; returns an async context
        manager, whose block then holds one checkpoint, ``"in the body"``, or
        a coroutine.
    shelf : Shelf, optional
        A shelf with faults; each run gets a fresh copy of it.
    twice : bool
        Cancel each run again, at each later suspension.
    body : callable, optional
        A coroutine function to run in the manager's block instead of the
        checkpoint; called with what ``as`` would get.
    raises : exception type or tuple of them
        What the scenario may end with when nobody cancels it.

    Returns
    -------
    Report
        Printed, one line for each point.

    Raises
    ------
    RuntimeError
        If the scenario waits for something that only an event loop can
        complete (use `sweep_task`), or never ends although nobody cancels it.
    TypeError
        If the scenario returns neither a manager nor a coroutine.
    BaseException
        What the scenario raises by itself, unless `raises` names it or the
        shelf injected it: there is nothing to sweep then.

    Examples
    --------
    >>> from contextlib import asynccontextmanager
    >>> @asynccontextmanager
    ... async def pair(shelf):
    ...     a = await shelf.acquire("a")
    ...     b = await shelf.acquire("b")
    ...     try:
    ...         yield a, b
    ...     finally:
    ...         await shelf.release("b")
    ...         await shelf.release("a")
    >>> print(sweep(pair))
    cancelled at 1  waiting for a      nothing held
    cancelled at 2  waiting for b      a STILL HELD
    cancelled at 3  in the body        nothing held
    cancelled at 4  releasing b        a STILL HELD
    cancelled at 5  releasing a        nothing held
    """
    template = Shelf() if shelf is None else shelf

    def run(points: Points = ()) -> Run:
        current = Run(points, template.fresh())
        coroutine = _coroutine(scenario(current.shelf), body)
        contextvars.copy_context().run(drive, coroutine, current)
        return current

    with without_loop():
        plain = run()
        _check_plain(plain, raises, "checkpoint() or a Shelf")
        runs, first = [plain], 1
        while (once := run((first,))).complete:
            runs.append(once)
            second = first + 1
            while twice and (again := run((first, second))).complete:
                runs.append(again)
                second += 1
            first += 1
    return _report(scenario, runs, raises)


async def sweep_task(
    scenario: Callable[..., Made],
    *,
    shelf: Shelf | None = None,
    leaked: Callable[[], object] | None = None,
    twice: bool = False,
    body: Body | None = None,
    raises: Errors = (),
    settle: float = 1.0,
    timeout: float = 10.0,  # noqa: ASYNC109 - of each run, not of the sweep
) -> Report:
    """Cancel a task at each of its real suspensions on the running loop.

    Each run is a new task. Its k-th suspension is cancelled with
    ``Task.cancel`` while the task waits there; then everything that it
    started in the background may finish, and `leaked` is asked what is held.

    Parameters
    ----------
    scenario : callable
        Called without arguments, or with a fresh shelf where `shelf` is
        given; returns a coroutine or an async context manager, as for `sweep`.
    shelf : Shelf, optional
        A shelf, perhaps with faults, to hand to the scenario.
    leaked : callable, optional
        Returns what is still held, an iterable of names, empty when clean;
        may be a coroutine function. What it reports it should also free:
        the next run starts where this one ends.
    twice, body, raises
        As for `sweep`.
    settle : float
        Seconds that tasks started by the scenario get to finish after it.
        Those still running then are reported, and cancelled.
    timeout : float
        Seconds after which a run counts as one that never ends.

    Returns
    -------
    Report
        Printed, one line for each point; a place is the line that waits.

    Raises
    ------
    TimeoutError
        If the scenario does not end although nobody cancels it.
    TypeError
        If the scenario returns neither a coroutine nor a manager, or `leaked`
        no iterable.
    BaseException
        What the scenario raises by itself, unless `raises` names it.

    Examples
    --------
    >>> import asyncio
    >>> async def main():
    ...     free = asyncio.Queue()
    ...     free.put_nowait("connection")
    ...
    ...     async def scenario():
    ...         connection = await free.get()
    ...         await checkpoint("using it")
    ...         free.put_nowait(connection)
    ...
    ...     def leaked():
    ...         if free.empty():
    ...             free.put_nowait("connection")
    ...             return ["connection"]
    ...         return []
    ...
    ...     return await sweep_task(scenario, leaked=leaked)
    >>> print(asyncio.run(main()))
    cancelled at 1  using it           connection STILL HELD
    """

    async def run(points: Points = ()) -> Run:
        current = Run(points, Shelf() if shelf is None else shelf.fresh())
        made = scenario() if shelf is None else scenario(current.shelf)
        coroutine = _coroutine(made, body)
        await _run_as_task(coroutine, _name(scenario), current, settle, timeout)
        if leaked is not None:
            current.held += await _names(leaked())
        return current

    plain = await run()
    _check_plain(plain, raises, "")
    runs, first = [plain], 1
    while (once := await run((first,))).complete:
        runs.append(once)
        second = first + 1
        while twice and (again := await run((first, second))).complete:
            runs.append(again)
            second += 1
        first += 1
    return _report(scenario, runs, raises)


async def _run_as_task(
    coroutine: Coroutine[Any, Any, object],
    name: str,
    run: Run,
    settle: float,
    timeout: float,  # noqa: ASYNC109
) -> None:
    """Run a coroutine as a task, then wait for the tasks that it started."""
    watched = Watched(coroutine, run)

    async def watch() -> None:
        await watched

    with tasks_started() as (context, started):
        task = asyncio.create_task(watch(), name=name, context=context)
        try:
            await asyncio.wait({task}, timeout=timeout)
            watched.abandoned = not task.done()
        finally:
            # Never ending, or this sweep was interrupted: it must not go on.
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        if watched.abandoned:
            run.finish(ended="never ended")
        elif task.cancelled():
            run.finish(asyncio.CancelledError())
        else:
            run.finish(task.exception())
        if background := started():
            await asyncio.wait(background, timeout=settle)
        run.take_stock()
        for left in started():
            run.running.append(name_of_task(left))
            left.cancel()
            await asyncio.wait({left}, timeout=settle)


async def _names(leaked: object) -> list[str]:
    if inspect.isawaitable(leaked):
        leaked = await leaked
    if isinstance(leaked, str) or not isinstance(leaked, Iterable):
        raise TypeError(
            "leaked() must return an iterable of what is still held, [] when clean; "
            f"it returned {leaked!r}"
        )
    return [str(name) for name in cast("Iterable[object]", leaked)]


def _check_plain(run: Run, raises: Errors, instead: str) -> None:
    """Refuse a scenario that fails, or never ends, without any cancellation."""
    error = run.error
    if run.ended == "never ended":
        raise TimeoutError(
            "the scenario does not end, although nobody cancels it: it was given "
            f"up after {run.count:,} suspensions. A sweep needs one that ends."
        )
    if error is None or isinstance(error, (ShelfError, raises)):
        return
    if instead and isinstance(error, RuntimeError) and "event loop" in str(error):
        raise RuntimeError(
            "the scenario needs an event loop, and sweep() drives it by hand, "
            f"without one: let it wait with {instead}, or use "
            "`await sweep_task(...)`, which runs it on the loop."
        ) from error
    raise error


def _coroutine(made: Made, body: Body | None) -> Coroutine[Any, Any, object]:
    """Return what to drive for what a scenario returned."""
    if hasattr(type(made), "__aenter__") or hasattr(type(made), "__aexit__"):
        return _block(cast("AbstractAsyncContextManager[Any, Any]", made), body)
    if inspect.iscoroutine(made):
        return made
    hint = ""
    if inspect.isasyncgen(made):
        hint = ". Is @asynccontextmanager missing?"
    elif hasattr(type(made), "__enter__"):
        hint = ". A manager for `with` has no suspension points"
    raise TypeError(
        "scenario(shelf) must return an async context manager or a coroutine; it "
        f"returned {type(made).__name__}{hint}"
    )


async def _block(
    manager: AbstractAsyncContextManager[Any, Any], body: Body | None
) -> None:
    async with manager as value:
        if body is None:
            await checkpoint("in the body")
        else:
            await body(value)


def _name(scenario: object) -> str:
    return str(getattr(scenario, "__name__", type(scenario).__name__))


def _report(scenario: object, runs: list[Run], raises: Errors) -> Report:
    """Make the report; a wait without a label gets the place learned elsewhere."""
    places = {run.points[0]: run.place for run in runs if len(run.points) == 1}
    return Report(
        tuple(run.outcome(places, raises) for run in runs), name=_name(scenario)
    )
