"""Run an exercise's cases on a submission, each under its deadline.

Whatever a case does to the process it is put back after it: the library's
functions, the working folder, the environment, the tasks that it left.
"""

from __future__ import annotations

import asyncio
import inspect
import os
from asyncio import Task, create_task, wait
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from types import FrameType
from typing import Any

from asyncwith.catalogue import Exercise
from asyncwith.checking.cases import Cases, Run, current, load_cases, note
from asyncwith.checking.printout import Printout, TooMuchPrinted
from asyncwith.checking.pristine import remember, restore
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
_PATIENCE = 2.5  # seconds beyond a deadline: for cancelling, then for cleaning up


async def judge(
    exercise: Exercise,
    names: Mapping[str, Any],
    *,
    limit: float | None = None,
    started: Callable[[str, float], None] = lambda fault, seconds: None,
    cases: Cases | None = None,
) -> Verdict:
    """Run an exercise's cases on a namespace; the verdict, whatever happens.

    Parameters
    ----------
    limit
        Upper bound of each case's deadline, in seconds.
    started
        Told each case's fault and deadline when it begins.
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
        seconds = min(seconds, limit or seconds)
        started(fault, seconds)
        mistake, printed = await _run_case(function, submission, names, seconds)
        if mistake is not None:
            return Verdict(
                exercise.name,
                False,
                number,
                total,
                fault,
                mistake.saw,
                mistake.hint,
                printed,
            )
    return Verdict(exercise.name, True, total, total)


async def _run_case(
    function: Callable[[Submission], Any],
    submission: Submission,
    names: Mapping[str, Any],
    seconds: float,
) -> tuple[Mistake | None, str]:
    """One case: the mistake found, if any, and what was printed."""
    restore()
    run, printout = Run(), Printout()

    def blocked(frame: FrameType | None) -> None:
        run.mistakes.append(_hung(seconds, "busy", busy_at(frame, names)))

    with redirect_stdout(printout), redirect_stderr(printout), _same_surroundings():
        with _tasks_noted(run), interrupted_after(seconds + _PATIENCE, blocked):
            task = create_task(_outcome(function, submission))
            run.tasks.clear()  # the case's own is not its leftover
            try:
                done, _ = await wait({task}, timeout=seconds)
            except asyncio.CancelledError:  # the notebook's cell was interrupted
                task.cancel()
                raise
            if not done:
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

    def make_task(loop: Any, coroutine: Any, **options: Any) -> Any:
        if factory is None:
            task: Any = Task(coroutine, loop=loop, **options)
        else:
            task = factory(loop, coroutine, **options)
        if current.get() is run:
            run.tasks.append(task)
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
