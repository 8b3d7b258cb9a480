"""What an exercise's ``check.py`` is written with: `case`, `expect`, `same`.

A case is the submission under one fault. `expect` believes no object of the
submission's, and remembers a mistake, so that a submission which swallows
every exception does not swallow that one.
"""

from __future__ import annotations

import re
from asyncio import Task
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, TypeVar, cast

from asyncwith.catalogue import Exercise
from asyncwith.checking.pristine import remember
from asyncwith.checking.submission import Submission
from asyncwith.checking.verdicts import Mistake

__all__ = [
    "Cases",
    "Run",
    "case",
    "current",
    "expect",
    "load_cases",
    "note",
    "pending_tasks",
    "same",
]

Case = TypeVar("Case", bound=Callable[[Submission], Any])

SECONDS = 5.0  # a case's deadline; a usual one takes a hundredth of it
_PLAIN = (bool, int, float, str, bytes, list, tuple, dict, set, frozenset, type(None))


@dataclass
class Run:
    """What is noted while one case runs."""

    mistakes: list[Mistake] = field(default_factory=list[Mistake])
    tasks: dict[Task[Any], None] = field(default_factory=dict[Task[Any], None])
    """Those that have not ended, in order; a finished one would keep its objects."""


current: ContextVar[Run | None] = ContextVar("asyncwith_check_run", default=None)


def case(fault: str, *, seconds: float = SECONDS) -> Callable[[Case], Case]:
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
    note(mistake)
    raise mistake


def note(mistake: Mistake) -> None:
    """Remember a mistake of the case that is running."""
    run = current.get()
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
    if isinstance(value, dict):
        return list(cast("dict[Any, Any]", value).items())
    return list(value)


def pending_tasks() -> list[str]:
    """Names of the tasks that were made in this case and have not ended.

    A case that minds says so: ``expect(not pending_tasks(), hint=…)``. The
    others are cancelled after the case without a word.
    """
    run = current.get()
    return [task.get_name() for task in run.tasks if not task.done()] if run else []


@dataclass(frozen=True)
class Cases:
    """A loaded ``check.py``: what it asks for, and its cases in order."""

    defines: tuple[str, ...]
    kinds: Mapping[str, str]
    functions: list[tuple[str, float, Callable[[Submission], Any]]]


def load_cases(exercise: Exercise) -> Cases:
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
    return Cases(tuple(defines), _kinds(exercise.read("starter.py")), functions)


def _kinds(starter: str) -> dict[str, str]:
    """What the starter's names are; it may be broken code, so not parsed."""
    found = re.findall(r"(?m)^(?:async +)?(def|class) +(\w+)", starter)
    return {name: "function" if word == "def" else "class" for word, name in found}
