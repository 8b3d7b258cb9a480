"""What a check says: a mistake with its hint, and the verdict in one line.

A verdict never holds anything of the solution: a hint, what was seen, and
under which fault it was seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["CheckFailed", "Mistake", "Verdict"]


class Mistake(AssertionError):
    """Something the submission does wrong, with the hint that leads on.

    Parameters
    ----------
    hint
        What to look at. It helps, and does not give the answer away.
    saw
        What was observed, if it can be put in a line.
    """

    def __init__(self, hint: str, saw: object = None) -> None:
        self.hint = hint
        self.saw = None if saw is None else _line(saw)
        super().__init__(hint)


def _line(value: object, limit: int = 400) -> str:
    try:
        text = value if type(value) is str else str(value)
    except BaseException as error:
        text = f"an object whose str() raises {type(error).__name__}"
    return text if len(text) <= limit else text[:limit] + " …"


def _beginning(text: str, lines: int = 6, width: int = 100) -> str:
    shown = [line[:width] for line in text.splitlines()]
    return "\n".join(shown[:lines] + ["…"] * (len(shown) > lines))


@dataclass(frozen=True)
class Verdict:
    """What a check found out.

    Attributes
    ----------
    exercise
        The exercise's name, such as ``"generators/temporary_file"``.
    passed
        Whether every case passed.
    cases, of
        How many cases passed, and how many there are. The first failing case
        is the last that ran.
    fault
        The failing case in words: what was done to the submission.
    saw
        What was observed there.
    hint
        What to look at.
    printed
        What the submission printed in the failing case, cut after 1,000
        characters.
    """

    exercise: str
    passed: bool
    cases: int
    of: int
    fault: str | None = None
    saw: str | None = None
    hint: str | None = None
    printed: str = ""

    def __repr__(self) -> str:
        state = "passed" if self.passed else "not yet"
        return f"{self.exercise}: {state}, {self.cases} of {self.of} cases"

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """The verdict for a person: one line, and below it fault, seen, hint."""
        rows = [("when", self.fault), ("seen", self.saw), ("hint", self.hint)]
        if self.printed.strip():
            rows.insert(2, ("printed", _beginning(self.printed.strip())))
        lines = [repr(self)]
        for label, text in rows:
            if text is not None:
                first, *more = text.splitlines() or [""]
                lines.append(f"  {label + ':':<9}{first}".rstrip())
                lines.extend(f"{'':11}{line}".rstrip() for line in more)
        return lines


class CheckFailed(AssertionError):
    """A check in a notebook did not pass; IPython shows it without traceback."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(str(verdict))

    def _render_traceback_(self, *_: Any) -> list[str]:
        return self.verdict.lines()
