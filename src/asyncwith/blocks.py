"""What drawn code calls: which ``with`` blocks each frame is in, and how they end.

``asyncwith.drawing`` puts the calls into a cell's syntax tree; here they become
events of the recording that the running code belongs to, if there is one. None
of them changes anything that the program can see, and a mistake made here is
reported and stays here.
"""

from __future__ import annotations

import builtins
import sys
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from asyncwith.recording import Recording, current, open_blocks, report
from asyncwith.suspension import Range, caller, positions_at

if TYPE_CHECKING:
    from collections.abc import Callable

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


def _of_caller(
    method: Callable[[Blocks, int, int], None],
) -> Callable[[Blocks, int], None]:
    """Hand the calling frame's id on; keep mistakes out of the program drawn."""

    def call(self: Blocks, number: int) -> None:
        try:
            method(self, number, id(caller(2)))
        except Exception as error:
            report(error, method)

    return call


class Blocks:
    """The helper. Frames are told apart by ``id``: a frame keeps locals alive."""

    def __repr__(self) -> str:
        return "<the drawing of asyncwith>"

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
                report(error, self.enter)
        return manager

    @_of_caller
    def entered(self, number: int, frame: int) -> None:
        """Record that ``__enter__`` or ``__aenter__`` has returned."""
        if block := _innermost(frame, number):
            block.entered = True
            block.recording.entered(block.step)

    @_of_caller
    def failed(self, number: int, frame: int) -> None:
        """Record that the body is being left by the current exception."""
        if block := _innermost(frame, number):
            error = sys.exception()
            block.failed = id(error), type(error).__name__

    @_of_caller
    def error(self, number: int, frame: int) -> None:
        """Record that the statement is being left by the current exception."""
        if block := _leave(frame, number):
            error = sys.exception()
            name = type(error).__name__
            if not block.entered and _raised_in_header(error, _sites[number]):
                how = f"{name} on entry"
            elif block.failed is None:
                how = f"{name} on exit" if block.entered else name
            elif block.failed == (id(error), name):
                how = name
            else:
                how = f"{block.failed[1]} became {name}"
            block.recording.add("error", f"{block.label} ! {how}", of=block.step)

    @_of_caller
    def exit(self, number: int, frame: int) -> None:
        """Record that the statement has been left, if not by an exception."""
        if block := _leave(frame, number):
            if block.failed is None:
                block.recording.add("exit", block.label, of=block.step)
            else:
                label = f"{block.label} ! {block.failed[1]} suppressed"
                block.recording.add("suppressed", label, of=block.step)


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


def _raised_in_header(error: BaseException | None, site: Site) -> bool:
    """Tell an exception of entering from one of the ``as`` target."""
    trace = error.__traceback__ if error is not None else None
    if trace is None:
        return True
    where = positions_at(trace.tb_frame.f_code, trace.tb_lasti)
    return where is None or where in site.header
