"""What drawn code calls: which ``with`` blocks each frame is in, and how they end.

``asyncwith.drawing.syntaxtree`` puts the calls into a cell's syntax tree; here
they become events of the recording that the running code belongs to, if there is
one. None of them changes anything that the program can see, and a mistake made
here is reported and stays here.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from asyncwith.drawing.recording import Recording, current, open_blocks, report_mistake
from asyncwith.drawing.waits import Range, caller, positions_at

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["HELPER", "Blocks", "Range", "install", "new_site"]

HELPER = "__asyncwith__"
"""The name in ``builtins`` that drawn code calls."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Site:
    """One item of one ``with`` header: its label and where it stands."""

    label: str
    header: tuple[Range, ...]


_sites: dict[int, Site] = {}
_numbers = count(1)


def new_site(label: str, *header: Range) -> int:
    """Return the number by which drawn code names an item of a header."""
    number = next(_numbers)
    _sites[number] = Site(label, header)
    return number


def install() -> None:
    """Make the helper known to drawn code; it stays, as drawn functions do."""
    if not isinstance(getattr(builtins, HELPER, None), Blocks):
        setattr(builtins, HELPER, Blocks())


@dataclass(slots=True)
class Block:
    """A block that has been entered and not left."""

    number: int
    label: str
    recording: Recording
    step: int
    entered: bool = False
    failed: tuple[int, str] | None = None


class Blocks:
    """The helper. Its methods return quickly when nothing is recorded."""

    def __repr__(self) -> str:
        return "<the drawing of asyncwith>"

    def statement(self, number: int) -> Statement:
        """Return the block around a drawn statement."""
        return Statement(number)

    def enter(self, manager: _T, number: int) -> _T:
        """Record that a block is being entered; return the manager itself."""
        recording = current()
        if recording is not None:
            try:
                label = _sites[number].label
                step = recording.enter(label)
                block = Block(number, label, recording, step)
                open_blocks.setdefault(id(caller(2)), []).append(block)
            except Exception as error:
                report_mistake(error, self.enter)
        return manager

    def body(self, number: int) -> Body:
        """Return the block around the body of a drawn statement."""
        return Body(number)


@dataclass(frozen=True, slots=True)
class Body:
    """Sees that a body begins, and the exception that it ends with.

    Frames are told apart by ``id``: holding one would keep its locals alive.
    """

    number: int

    def __enter__(self) -> None:
        try:
            if block := _innermost(id(caller(2)), self.number):
                block.entered = True
                block.recording.entered(block.step)
        except Exception as mistake:
            report_mistake(mistake, self)

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: object
    ) -> None:
        block = _innermost(id(caller(2)), self.number)
        if block is not None and kind is not None:
            block.failed = id(error), kind.__name__


@dataclass(frozen=True, slots=True)
class Statement:
    """Sees how a statement ends."""

    number: int

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        block = _leave(id(caller(2)), self.number)
        if block is not None:
            try:
                _record_end(block, error, trace)
            except Exception as mistake:
                report_mistake(mistake, self)


def _record_end(
    block: Block, error: BaseException | None, trace: TracebackType | None
) -> None:
    add, label, name = block.recording.add, block.label, type(error).__name__
    if error is None and block.failed is None:
        add("exit", label, of=block.step)
    elif error is None and block.failed is not None:
        how = f"{block.failed[1]} suppressed"
        add("suppressed", f"{label} ! {how}", of=block.step)
    else:
        if not block.entered and _raised_in_header(trace, _sites[block.number]):
            how = f"{name} on entry"
        elif block.failed is None:
            how = f"{name} on exit" if block.entered else name
        elif block.failed == (id(error), name):
            how = name
        else:
            how = f"{block.failed[1]} became {name}"
        add("error", f"{label} ! {how}", of=block.step)


def _innermost(frame: int, number: int) -> Block | None:
    blocks = open_blocks.get(frame)
    return blocks[-1] if blocks and blocks[-1].number == number else None


def _leave(frame: int, number: int) -> Block | None:
    block = _innermost(frame, number)
    if block is not None:
        open_blocks[frame].pop()
        if not open_blocks[frame]:
            del open_blocks[frame]
    return block


def _raised_in_header(trace: TracebackType | None, site: Site) -> bool:
    """Tell an exception of entering from one of the ``as`` target."""
    if trace is None:
        return True
    where = positions_at(trace.tb_frame.f_code, trace.tb_lasti)
    return where is None or where in site.header
