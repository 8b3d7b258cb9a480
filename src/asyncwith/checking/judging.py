"""Run an exercise's cases on a submission, each under its deadline.

Whatever a case does to the process it is put back after it: the library's
functions, the working folder, the environment, the tasks that it left. A case in
which the machine stood still has shown nothing, and is judged anew.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import sys
from asyncio import Task, create_task, wait
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from types import FrameType
from typing import Any

from asyncwith.catalogue import Exercise
from asyncwith.checking.cases import Cases, Run, current, load_cases, note
from asyncwith.checking.printout import Printout, TooMuchPrinted
from asyncwith.checking.pristine import remember, restore
from asyncwith.checking.stalls import STALL, Stalls
from asyncwith.checking.submission import Submission
from asyncwith.checking.verdicts import Mistake, Verdict
from asyncwith.checking.watchdog import interrupted_after
from asyncwith.checking.whereabouts import busy_at, raised_at, waiting_at

__all__ = ["BLOCKED", "judge"]

WAITING = "Something here waits for what never comes."
BLOCKED = (
    "Something here neither ends nor waits: a loop without an end, a call that blocks."
)
FOREIGN = "An exception came out of your code that the check did not send in."
UNUSABLE = (
    "The check cannot use what came from your code. "
    "Compare it with the task: the names, and what they are."
)
_SLOWER = 3 if sys.platform == "emscripten" else 1  # in a browser, perhaps a phone's
_ATTEMPTS = 5  # at a case, while the machine stands still in it
_PATIENCE = 2.5  # seconds beyond a deadline: for cancelling, then for cleaning up


async def judge(
    exercise: Exercise,
    names: Mapping[str, Any],
    *,
    limit: float | None = None,
    started: Callable[[int, str, float], None] = lambda number, fault, seconds: None,
    cases: Cases | None = None,
) -> Verdict:
    """Run an exercise's cases on a namespace; the verdict, whatever happens.

    Parameters
    ----------
    limit
        Upper bound of each case's deadline, in seconds.
    started
        Told each case's number, fault and deadline when it begins, or begins anew.
    cases
        The check's cases where they were loaded before the submission.
    """
    restore()
    cases = cases or load_cases(exercise)
    total = len(cases.functions)
    submission = Submission(names, note)
    lacking = submission.lacks(cases.defines, cases.kinds)
    if lacking is not None:
        return Verdict(
            exercise.name,
            False,
            0,
            total,
            "the names are looked up",
            lacking.saw,
            lacking.hint,
        )
    for number, (fault, seconds, function) in enumerate(cases.functions):
        seconds = _SLOWER * min(seconds, limit or seconds)
        attempts = 0
        while True:
            attempts += 1
            started(number, fault, seconds)
            with Stalls() as stalls:
                mistake, printed = await _run_case(
                    function, submission, names, seconds, stalls
                )
            if stalls.lost < STALL or attempts == _ATTEMPTS:
                break
        if mistake is not None:
            return Verdict(
                exercise.name,
                False,
                number,
                total,
                fault,
                _seen(mistake, stalls.lost),
                mistake.hint,
                printed,
            )
    return Verdict(exercise.name, True, total, total)


def _seen(mistake: Mistake, stalled: float) -> str | None:
    if stalled < STALL:
        return mistake.saw
    late = f"(this machine stood still for {stalled:.1f} s meanwhile)"
    return f"{mistake.saw}\n{late}" if mistake.saw else late


async def _run_case(
    function: Callable[[Submission], Any],
    submission: Submission,
    names: Mapping[str, Any],
    seconds: float,
    stalls: Stalls,
) -> tuple[Mistake | None, str]:
    """One case: the mistake found, if any, and what was printed."""
    restore()
    run, printout = Run(), Printout()

    def blocked(frame: FrameType | None) -> None:
        run.mistakes.append(_hung(seconds, "busy", busy_at(frame, names)))

    with redirect_stdout(printout), redirect_stderr(printout), _same_surroundings():
        loop = asyncio.get_running_loop()
        limit = interrupted_after(
            seconds + _PATIENCE, blocked, loop=loop, lost=stalls.look
        )
        with _tasks_noted(run), _time_that_ran(stalls), limit:
            task = create_task(_outcome(function, submission))
            run.tasks.clear()  # the case's own is not its leftover
            try:
                await wait({task}, timeout=seconds)
            except asyncio.CancelledError:  # the notebook's cell was interrupted
                task.cancel()
                raise
            if not task.done():
                run.mistakes.append(_hung(seconds, "waiting", waiting_at(task, names)))
                task.cancel()
                await wait({task}, timeout=min(seconds, 1.0))
        leftovers = [t for t in run.tasks if not t.done()]
        for leftover in leftovers:
            leftover.cancel()
        if leftovers:
            await wait(leftovers, timeout=min(seconds, 1.0))
    changed = restore()
    return _judged(
        run, task.result() if task.done() else None, changed, names
    ), printout.text


@contextmanager
def _time_that_ran(stalls: Stalls) -> Generator[None]:
    """Let the loop's clock stop with the machine, so that no timeout counts stalls."""
    loop = asyncio.get_running_loop()
    before = loop.time
    try:
        loop.time = lambda: before() - stalls.look()
    except AttributeError:  # a loop that is not of Python has no attributes to set
        yield
        return
    try:
        yield
    finally:
        loop.time = before


@contextmanager
def _same_surroundings() -> Generator[None]:
    folder, environment = os.getcwd(), dict(os.environ)
    try:
        yield
    finally:
        os.chdir(folder)
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)


@contextmanager
def _tasks_noted(run: Run) -> Generator[None]:
    """Have the loop note the tasks that the case makes, and nobody else's."""
    loop = asyncio.get_running_loop()
    factory: Any = loop.get_task_factory()
    token = current.set(run)

    def ended(task: Task[Any]) -> None:
        run.tasks.pop(task, None)

    def make_task(loop: Any, coroutine: Any, **options: Any) -> Any:
        if factory is None:
            task: Any = Task(coroutine, loop=loop, **options)
        else:
            task = factory(loop, coroutine, **options)
        if current.get() is run:
            run.tasks[task] = None
            task.add_done_callback(ended)
        return task

    loop.set_task_factory(make_task)
    try:
        yield
    finally:
        loop.set_task_factory(factory)
        current.reset(token)


async def _outcome(
    function: Callable[[Submission], Any], submission: Submission
) -> object:
    """The exception that left the case, or None; nothing leaves this one."""
    try:
        result = function(submission)
        if inspect.iscoroutine(result):
            await result
    except BaseException as error:
        return error
    return None


def _hung(seconds: float, state: str, place: str | None) -> Mistake:
    saw = f"did not end within {seconds:g} s" + (
        f", {state} at {place}" if place else ""
    )
    return Mistake(BLOCKED if state == "busy" else WAITING, saw)


def _judged(
    run: Run, outcome: object, changed: list[str], names: Mapping[str, Any]
) -> Mistake | None:
    if run.mistakes:
        return run.mistakes[0]
    if isinstance(outcome, Mistake):
        return outcome
    if isinstance(outcome, TooMuchPrinted):
        return Mistake("Something here prints without end.", str(outcome))
    if isinstance(outcome, BaseException):
        place = raised_at(outcome, names)
        saw = f"raised {type(outcome).__name__}: {outcome}".rstrip(": ")
        if isinstance(outcome, NotImplementedError):
            return Mistake("This part is still to be written.", saw)
        if place is None:
            return Mistake(UNUSABLE, saw)
        return Mistake(FOREIGN, f"{saw}\nat {place}")
    if changed:
        return Mistake(
            "Leave the library as it is: other code uses it too.",
            f"{changed[0]} was replaced",
        )
    return None


remember()
