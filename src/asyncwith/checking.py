"""Checks of the book's exercises: cases, each the submission under one fault.

An exercise's ``check.py`` defines cases with `case` and says with `expect`
what must hold; `check` runs them in a notebook, ``asyncwith check`` in a
shell. The first case that does not hold is reported with its hint. A check
keeps its own references and believes no object of the submission's: what it
compares are values of its own.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import os
import sys
from asyncio import Task, create_task, wait
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, TypeVar

from asyncwith.catalogue import Exercise, find
from asyncwith.pristine import remember, restore
from asyncwith.printout import Printout, TooMuchPrinted
from asyncwith.submission import Submission
from asyncwith.verdicts import CheckFailed, Mistake, Verdict
from asyncwith.whereabouts import raised_at, waiting_at

__all__ = [
    "CheckFailed",
    "Mistake",
    "Submission",
    "Verdict",
    "case",
    "check",
    "expect",
    "judge",
    "pending_tasks",
    "same",
]

Case = TypeVar("Case", bound=Callable[[Submission], Any])

_SECONDS = 5.0  # a case's deadline; a usual one takes a hundredth of it
_PLAIN = (bool, int, float, str, bytes, list, tuple, dict, set, frozenset, type(None))


@dataclass
class _Run:
    """What is noted while one case runs."""

    mistakes: list[Mistake] = field(default_factory=list[Mistake])
    tasks: list[Task[Any]] = field(default_factory=list[Task[Any]])


_run: ContextVar[_Run | None] = ContextVar("asyncwith_check_run", default=None)


def case(fault: str, *, seconds: float = _SECONDS) -> Callable[[Case], Case]:
    """Make a function (``async`` or not) of one `Submission` a case.

    Parameters
    ----------
    fault
        What is done to the submission, in words for the student.
    seconds
        Deadline of the case in seconds of real time. A case that waits longer
        is cancelled and reported with the line at which it waits.
    """

    def register(function: Case) -> Case:
        function.__asyncwith_case__ = (fault, seconds)  # type: ignore[attr-defined]
        return function

    return register


def expect(condition: object, *, hint: str, saw: object = None) -> None:
    """State what must hold in a case.

    Parameters
    ----------
    condition
        True where it holds. Only a truth value (or another builtin value) of
        the check's own counts: an object of the submission's, which could
        claim to be equal to everything, never holds.
    hint
        What the student should look at.
    saw
        What was observed.

    Raises
    ------
    Mistake
        It does not hold. It is also remembered: a submission that swallows
        the exception fails all the same.
    """
    if type(condition) in _PLAIN and condition:
        return
    mistake = Mistake(hint, saw)
    _note(mistake)
    raise mistake


def _note(mistake: Mistake) -> None:
    run = _run.get()
    if run is not None:
        run.mistakes.append(mistake)


def same(seen: object, wanted: object) -> bool:
    """Whether two builtin values are equal, and of the same types all through.

    An object that claims to be equal to everything is the same as nothing.

    Examples
    --------
    >>> same(["a", 1], ["a", 1]), same([True], [1]), same((1,), [1])
    (True, False, False)
    """
    if type(seen) is not type(wanted):
        return False
    if isinstance(wanted, (list, tuple, set, frozenset, dict)):
        seen_items, items = _items(seen), _items(wanted)
        if len(seen_items) != len(items):
            return False
        if isinstance(wanted, (list, tuple)):
            return all(map(same, seen_items, items))
        return all(any(same(s, w) for s in seen_items) for w in items)
    return bool(seen == wanted)


def _items(value: Any) -> list[Any]:
    return list(value.items() if isinstance(value, dict) else value)


def pending_tasks() -> list[str]:
    """Names of the tasks that were made in this case and have not ended.

    A case that minds says so: ``expect(not pending_tasks(), hint=…)``. The
    others are cancelled after the case without a word.
    """
    run = _run.get()
    return [task.get_name() for task in run.tasks if not task.done()] if run else []


async def check(name: str, names: Mapping[str, Any] | None = None) -> Verdict:
    """Check an exercise in a notebook: ``await check("promise/timer")``.

    Parameters
    ----------
    name
        The exercise's name.
    names
        Where the student's names are; a notebook's own, unless given.

    Returns
    -------
    Verdict
        Shown as one line, ``promise/timer: passed, 5 of 5 cases``.

    Raises
    ------
    CheckFailed
        The submission does not pass; shown as fault, what was seen, and hint.
    UnknownExercise
        There is no such exercise; the message names the nearest ones.

    Notes
    -----
    A case that waits for ever is cancelled at its deadline. Code that blocks
    the kernel without waiting (a busy loop) is interrupted as any cell is, with
    the stop button; ``asyncwith check`` in a shell ends that by itself.
    """
    if names is None:
        names = vars(sys.modules["__main__"])
    verdict = await judge(find(name), names)
    if not verdict.passed:
        raise CheckFailed(verdict) from None
    return verdict


async def judge(
    exercise: Exercise,
    names: Mapping[str, Any],
    *,
    limit: float | None = None,
    started: Callable[[str, float], None] = lambda fault, seconds: None,
    cases: _Cases | None = None,
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
    submission = Submission(names, _note)
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


@dataclass(frozen=True)
class _Cases:
    """A loaded ``check.py``: what it asks for, and its cases in order."""

    defines: tuple[str, ...]
    kinds: Mapping[str, str]
    functions: list[tuple[str, float, Callable[[Submission], Any]]]


def load_cases(exercise: Exercise) -> _Cases:
    """Load an exercise's ``check.py`` afresh.

    Raises
    ------
    ValueError
        It has no cases, or does not say what a submission defines.
    """
    file = str(exercise.folder / "check.py")
    module = ModuleType(f"check of {exercise.name}")
    module.__file__ = file
    exec(compile(exercise.read("check.py"), file, "exec"), vars(module))
    remember()
    found = [f for f in vars(module).values() if hasattr(f, "__asyncwith_case__")]
    defines = vars(module).get("DEFINES", ())
    if not found or not defines:
        raise ValueError(f"{file}: expected DEFINES and at least one @case")
    functions = [(*f.__asyncwith_case__, f) for f in found]
    return _Cases(tuple(defines), _kinds(exercise.read("starter.py")), functions)


def _kinds(starter: str) -> dict[str, str]:
    try:
        body = ast.parse(starter).body
    except SyntaxError:  # a starter may be broken code to mend
        return {}
    words = {
        ast.FunctionDef: "function",
        ast.AsyncFunctionDef: "function",
        ast.ClassDef: "class",
    }
    return {n.name: words[type(n)] for n in body if isinstance(n, tuple(words))}  # type: ignore[union-attr]


async def _run_case(
    function: Callable[[Submission], Any],
    submission: Submission,
    names: Mapping[str, Any],
    seconds: float,
) -> tuple[Mistake | None, str]:
    """One case: the mistake found, if any, and what was printed."""
    restore()
    run, printout = _Run(), Printout()
    token = _run.set(run)
    folder, environment = os.getcwd(), dict(os.environ)
    loop = asyncio.get_running_loop()
    factory = loop.get_task_factory()

    def make_task(loop: Any, coroutine: Any, **options: Any) -> Any:
        build = factory or Task
        extra = options if factory else {"loop": loop, **options}
        task = build(loop, coroutine, **extra) if factory else Task(coroutine, **extra)
        if _run.get() is run:
            run.tasks.append(task)
        return task

    with redirect_stdout(printout), redirect_stderr(printout):
        task = create_task(_outcome(function, submission))
        loop.set_task_factory(make_task)
        try:
            done, _ = await wait({task}, timeout=seconds)
            hung = None if done else await _cancelled(task, names, seconds)
        except asyncio.CancelledError:  # the notebook's cell was interrupted
            task.cancel()
            raise
        finally:
            loop.set_task_factory(factory)
            _run.reset(token)
            leftovers = [t for t in run.tasks if not t.done()]
            for leftover in leftovers:
                leftover.cancel()
        if leftovers:
            await wait(leftovers, timeout=min(seconds, 1.0))
    os.chdir(folder)
    if dict(os.environ) != environment:
        os.environ.clear()
        os.environ.update(environment)
    changed = restore()
    return _judged(run, hung or task.result(), changed, names), printout.text


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


async def _cancelled(
    task: Task[Any], names: Mapping[str, Any], seconds: float
) -> Mistake:
    """End a case at its deadline; says where the submission was waiting."""
    place = waiting_at(task, names)
    task.cancel()
    await wait({task}, timeout=min(seconds, 1.0))
    return Mistake(
        "Something here waits for what never comes.",
        f"did not end within {seconds:g} s"
        + (f", waiting at {place}" if place else ""),
    )


def _judged(
    run: _Run, outcome: object, changed: list[str], names: Mapping[str, Any]
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
        return Mistake(
            "An exception came out that the check did not send in.",
            saw + (f"\nat {place}" if place else ""),
        )
    if changed:
        return Mistake(
            "Leave the library as it is: other code uses it too.",
            f"{changed[0]} was replaced",
        )
    return None
