"""`check`: how a notebook's cell asks whether an exercise is solved."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from asyncwith.catalogue import find
from asyncwith.checking.judging import judge
from asyncwith.checking.verdicts import CheckFailed, Verdict

__all__ = ["check"]


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

    Examples
    --------
    >>> import asyncio
    >>> asyncio.run(check("promise/timr"))
    Traceback (most recent call last):
        ...
    asyncwith.catalogue.UnknownExercise: ... Did you mean promise/timer ...
    """
    if names is None:
        names = vars(sys.modules["__main__"])
    verdict = await judge(find(name), names)
    if not verdict.passed:
        raise CheckFailed(verdict) from None
    return verdict
