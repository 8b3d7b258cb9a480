"""What happened, in which task, in which order: a ledger and a picture of it.

A timeline is a list of events. Their number is the only clock: no wall time, so
that the same program gives the same timeline. Its ``repr`` is the ledger, one
event a line; a notebook shows the swim lanes that ``asyncwith.drawing.picture`` draws.

In a notebook with the extension loaded, a cell whose first line is
``# timeline: TITLE`` is recorded without a change to its code. In a script, waits
and tasks are recorded by ``async with Timeline("title").recording()``.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from asyncwith.drawing.waits import caller

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

__all__ = ["Event", "Kind", "Timeline"]

Kind = Literal[
    "begin",  # a task takes its first step
    "end",  # a task ends; with " ! Name" if by an exception
    "enter",  # a block is being entered
    "exit",  # a block has been left
    "error",  # a block has been left by an exception
    "suppressed",  # a block's exit has swallowed its body's exception
    "wait",  # a task is suspended
    "resume",  # what it waited for has come
    "cancel",  # a CancelledError is raised where it waits
]
_CLOSES = {
    "exit": ("enter",),
    "error": ("enter",),
    "suppressed": ("enter",),
    "resume": ("wait",),
    "cancel": ("wait",),
    "end": ("begin",),
}


@dataclass(slots=True)
class Event:
    """One line of the ledger.

    Attributes
    ----------
    lane
        The task's name; ``main`` is the code that is recorded.
    kind, label
        What happened, and to what, in the source's own words.
    of
        The step of the event that this one closes, or None.
    closed
        The step of the event that closes this one, or None.
    held
        For ``enter``: the last step before the block's body began; None as long
        as the block is being entered, or if that failed.
    """

    lane: str
    kind: Kind
    label: str
    of: int | None = None
    closed: int | None = None
    held: int | None = None


class Timeline:
    """Events of several tasks in their order.

    Parameters
    ----------
    title
        One line; the picture's heading.

    Example
    -------
    >>> timeline = Timeline("a lock")
    >>> _ = timeline.add("main", "enter", "lock")
    >>> _ = timeline.add("b", "wait", "lock on entry")
    >>> _ = timeline.add("main", "exit", "lock")
    >>> _ = timeline.add("b", "resume", "lock on entry")
    >>> timeline
    main enter  lock
    b    wait   lock on entry
    main exit   lock
    b    resume lock on entry
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self.events: list[Event] = []
        self.dropped = 0

    def __len__(self) -> int:
        return len(self.events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def add(self, lane: str, kind: Kind, label: str, *, of: int | None = None) -> int:
        """Add an event and return its step, counted from 0.

        Parameters
        ----------
        lane
            The task, or whatever the picture's columns stand for.
        kind
            One of ``begin``, ``end``, ``enter``, ``exit``, ``error``,
            ``suppressed``, ``wait``, ``resume``, ``cancel``.
        label
            What it happened to; an error is written ``label ! Name``.
        of
            The step of the event that this one closes. Without it: the last
            open one of the lane with the same label, or else the last open one.

        Raises
        ------
        ValueError
            If the kind is unknown.
        """
        if kind not in get_args(Kind):
            known = ", ".join(get_args(Kind))
            raise ValueError(f"unknown kind of event {kind!r}; expected one of {known}")
        step = len(self.events)
        event = Event(lane, kind, label, of, held=step if kind == "enter" else None)
        if of is None and kind in _CLOSES:
            event.of = self._open(lane, kind, label)
        if event.of is not None and 0 <= event.of < step:
            self.events[event.of].closed = step
        self.events.append(event)
        return step

    def _open(self, lane: str, kind: Kind, label: str) -> int | None:
        label = label.split(" ! ")[0]
        steps = [
            step
            for step, event in enumerate(self.events)
            if event.lane == lane
            and event.kind in _CLOSES[kind]
            and event.closed is None
        ]
        same = [step for step in steps if self.events[step].label == label]
        return (same or steps or [None])[-1]

    def entering(self, step: int) -> None:
        """Note that the block of this step is being entered from now on."""
        if 0 <= step < len(self.events):
            self.events[step].held = None

    def entered(self, step: int) -> None:
        """Note that the block of this step has been entered by now."""
        if 0 <= step < len(self.events):
            self.events[step].held = len(self.events) - 1

    def lanes(self) -> list[str]:
        """Return the lanes in the order of their first event."""
        return list(dict.fromkeys(event.lane for event in self.events))

    def never_left(self) -> list[Event]:
        """Return the blocks that were entered and not left, first to last."""
        return [
            event
            for event in self.events
            if event.kind == "enter" and event.closed is None and event.held is not None
        ]

    def rows(self) -> list[tuple[str, str, str]]:
        """Return the ledger's lines: lane, kind and label.

        After the events come the blocks that were never left, as ``held``.
        """
        rows = [(event.lane, event.kind, event.label) for event in self.events]
        rows = [(a, "exit" if kind == "suppressed" else kind, b) for a, kind, b in rows]
        return rows + [(event.lane, "held", event.label) for event in self.never_left()]

    def __repr__(self) -> str:
        if not self.events:
            return f"{self.title}: no block, wait or task was seen"
        width = max(len(lane) for lane in self.lanes())
        lines = [f"{a:<{width}} {kind:<6} {b}".rstrip() for a, kind, b in self.rows()]
        if self.dropped:
            lines.append(f"… and {self.dropped} more events")
        return "\n".join(lines)

    def svg(self) -> str:
        """Return the picture, a self-contained and deterministic SVG."""
        from asyncwith.drawing.picture import swimlanes

        return swimlanes(self)

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": repr(self)}

    @asynccontextmanager
    async def recording(self) -> AsyncGenerator[Timeline, None]:
        """Record the waits and the tasks of the ``async with`` block's body.

        In a script there is no syntax tree to rewrite, so blocks are not seen;
        waits are labelled from the source of the file that calls.

        Example
        -------
        >>> import asyncio
        >>> async def main():
        ...     async with Timeline("a nap").recording() as timeline:
        ...         await asyncio.sleep(0)
        ...     return timeline
        >>> asyncio.run(main())
        main wait   asyncio.sleep(0)
        """
        from asyncwith.drawing.recording import record

        with record(self, _calling_file().__eq__):
            yield self


def _calling_file() -> str:
    """Return the file name of the first frame that is not the library's."""
    frame = caller(1)
    while frame.f_back and frame.f_code.co_filename.endswith(
        (__file__, "contextlib.py")
    ):
        frame = frame.f_back
    return frame.f_code.co_filename
