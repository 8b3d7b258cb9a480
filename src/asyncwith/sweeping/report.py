"""The report of a cancellation sweep: one line for each place of cancellation.

`sweep` and `sweep_task` make it; it prints as a table, answers questions
(`leaks`, `swallowed`, `clean`) and draws each run as a timeline.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from asyncwith.drawing.timeline import Timeline

__all__ = ["Outcome", "Point", "Report"]

# Which suspension was cancelled: 2, or (3, 4) for twice; 0 for none.
Point = int | tuple[int, int]

_LEAST_WIDTH = 17  # of the column of places, so that small reports line up


class Printer(Protocol):
    """IPython's pretty printer, as far as a report needs it."""

    def text(self, text: str, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one run of the scenario ended.

    Attributes
    ----------
    point : int or tuple of int
        Where it was cancelled, counted from 1; ``(3, 4)`` for a run cancelled
        at its third and again at its fourth suspension; 0 for not at all.
    place : str
        What it waited for when it was (last) cancelled.
    ended : str
        ``"returned"``, ``"never ended"`` or the name of an exception's type.
    held : tuple of str
        What was still held afterwards.
    running : tuple of str
        Tasks that the scenario started and left running.
    mistakes : tuple of str
        Releases of what was not held.
    injected : bool
        Whether it ended with a fault that the sweep was told to expect.
    steps : tuple of (str, str)
        What happened in order: ``("acquire", "a")``, ``("wait", place)``,
        ``("cancel", place)``, ``("release", "a")``, ``("end", ended)``.
    """

    point: Point
    place: str
    ended: str
    held: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()
    injected: bool = False
    steps: tuple[tuple[str, str], ...] = ()

    @property
    def leaks(self) -> bool:
        """Something was still held, or running, afterwards."""
        return bool(self.held or self.running)

    @property
    def swallowed(self) -> bool:
        """The run was cancelled and returned as if nothing had happened."""
        return self.point != 0 and self.ended == "returned"

    @property
    def ended_differently(self) -> bool:
        """It ended neither by returning nor with what it had to end with."""
        expected = ("returned", "CancelledError" if self.point else "returned")
        return self.ended not in expected and not self.injected

    @property
    def clean(self) -> bool:
        """Nothing to complain about."""
        return not (
            self.leaks or self.swallowed or self.ended_differently or self.mistakes
        )

    def __str__(self) -> str:
        notes: list[str] = []
        if self.held:
            notes.append(f"{', '.join(self.held)} STILL HELD")
        if self.running:
            notes.append(f"task {', '.join(self.running)} STILL RUNNING")
        notes = [*(notes or ["nothing held"]), *self.mistakes]
        if self.swallowed:
            notes.append("swallowed: returned normally")
        elif self.ended == "never ended":
            notes.append("NEVER ENDED")
        elif self.ended not in ("returned", "CancelledError"):
            notes.append(f"ended with {self.ended}")
        return "; ".join(notes)


@dataclass(frozen=True, slots=True)
class Report:
    """What a sweep found. Printed, it is the table.

    Attributes
    ----------
    outcomes : tuple of Outcome
        The run without a cancellation first, then one for each point.
    name : str
        The scenario's name.

    Examples
    --------
    >>> from contextlib import asynccontextmanager
    >>> from asyncwith import sweep
    >>> @asynccontextmanager
    ... async def forgetful(shelf):
    ...     await shelf.acquire("a")
    ...     yield
    ...     await shelf.release("a")
    >>> report = sweep(forgetful)
    >>> report
    cancelled at 1  waiting for a      nothing held
    cancelled at 2  in the body        a STILL HELD
    cancelled at 3  releasing a        nothing held
    >>> report.leaks, report.clean
    ([2], False)
    >>> report[2].place
    'in the body'
    """

    outcomes: tuple[Outcome, ...]
    name: str = ""

    def __getitem__(self, point: Point) -> Outcome:
        for outcome in self.outcomes:
            if outcome.point == point:
                return outcome
        points = ", ".join(str(outcome.point) for outcome in self.outcomes)
        raise KeyError(f"no run was cancelled at {point}; there are: {points}")

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.outcomes)

    @property
    def leaks(self) -> list[Point]:
        """The points after which something was still held; 0 is the plain run."""
        return [outcome.point for outcome in self if outcome.leaks]

    @property
    def swallowed(self) -> list[Point]:
        """The points at which a cancellation disappeared."""
        return [outcome.point for outcome in self if outcome.swallowed]

    @property
    def ended_differently(self) -> list[Point]:
        """The points after which it ended with another exception, or never."""
        return [outcome.point for outcome in self if outcome.ended_differently]

    @property
    def clean(self) -> bool:
        """Nothing held, swallowed, replaced or released twice at any point."""
        return all(outcome.clean for outcome in self)

    def __str__(self) -> str:
        once = [o for o in self if isinstance(o.point, int) and o.point]
        twice = [o for o in self if isinstance(o.point, tuple)]
        shown = once + [o for o in twice if not o.clean]
        first_width = max([2, *(len(_ordinal(o.point)) + 1 for o in shown)])
        width = max([_LEAST_WIDTH, *(len(o.place) for o in shown)])
        lines: list[str] = []

        def line(first: str, place: str, text: str) -> None:
            start = f"{first:<{len('cancelled at') + first_width}}"
            lines.append(f"{start}  {place:<{width}}  {text}")

        plain = self.outcomes[0]
        if plain.ended != "returned" or not plain.clean or not once:
            line("not cancelled", "", str(plain))
        for outcome in once:
            number = f"{_ordinal(outcome.point):>{first_width - 1}}"
            line(f"cancelled at {number}", outcome.place, str(outcome))
            for again in twice:
                assert isinstance(again.point, tuple)
                if again.point[0] == outcome.point and not again.clean:
                    number = f"{_ordinal(again.point):>{first_width - 1}}"
                    line(f"    again at {number}", again.place, str(again))
        if twice:
            bad = sum(not outcome.clean for outcome in twice)
            ways = f"cancelled twice, {len(twice)} way{'s' * (len(twice) != 1)}"
            text = f"{bad} not clean, shown above" if bad else "nothing held"
            start = len("cancelled at") + first_width + 2 + width
            lines.append(f"{ways:<{start}}  {text}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_pretty_(self, printer: Printer, _cycle: bool) -> None:
        printer.text(str(self))

    def timeline(self, *point: int) -> Timeline:
        """Draw one run: a bar for each name held, a leaked one without end.

        Parameters
        ----------
        *point : int
            ``timeline(2)`` for the run cancelled at 2, ``timeline(3, 4)`` for
            the one cancelled twice, ``timeline(0)`` for the plain run.

        Raises
        ------
        KeyError
            If no such run was made.
        """
        from asyncwith.drawing.timeline import Timeline

        outcome = self[point[0] if len(point) == 1 else (point[0], point[1])]
        how = f"cancelled at {_ordinal(outcome.point)}" if point[0] else "not cancelled"
        drawing = Timeline(f"{self.name}, {how}" if self.name else how)
        for kind, label in outcome.steps:
            if kind == "acquire":
                drawing.add(label, "enter", label)
            elif kind == "release":
                drawing.add(label, "exit", label)
            elif kind != "end":
                drawing.add("task", "cancel" if kind == "cancel" else "wait", label)
        return drawing


def _ordinal(point: Point) -> str:
    return str(point if isinstance(point, int) else point[1])
