"""Checks of the book's exercises: behaviour under faults, one hint a mistake.

An exercise's ``check.py`` defines cases with `case` and says with `expect`
what must hold; `check` runs them in a notebook, ``asyncwith check`` in a
shell. The first case that does not hold is reported with its hint.

A check is written with `asyncwith.checking.cases` and run by
`asyncwith.checking.judging`; `asyncwith.checking.isolation` does it in a
process of its own.
"""

from asyncwith.catalogue import UnknownExercise
from asyncwith.checking.cases import case, expect, pending_tasks, same
from asyncwith.checking.judging import judge
from asyncwith.checking.notebook import check
from asyncwith.checking.sessions import Sessions, complaints
from asyncwith.checking.submission import Submission
from asyncwith.checking.verdicts import CheckFailed, Mistake, Verdict

__all__ = [
    "CheckFailed",
    "Mistake",
    "Sessions",
    "Submission",
    "UnknownExercise",
    "Verdict",
    "case",
    "check",
    "complaints",
    "expect",
    "judge",
    "pending_tasks",
    "same",
]
