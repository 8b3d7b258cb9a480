"""Which ``await`` a suspended task is in, found without touching what it awaits.

Of the chain of what it awaits (`asyncwith.awaiting`) the innermost frame of the
reader's own code is taken; the instruction at which it stopped has a position in
the source, and the position has a node: an ``await``, an ``async with`` being
entered or left, an ``async for``. The text of that node says what the task waits
for.
"""

from __future__ import annotations

import ast
import dis
import linecache
import re
import sys
import weakref
from dataclasses import dataclass
from functools import lru_cache
from types import AsyncGeneratorType, CodeType, FrameType
from typing import TYPE_CHECKING, Any

from asyncwith.awaiting import HAS_FRAME, await_chain

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Range",
    "Suspension",
    "caller",
    "elsewhere",
    "label_of",
    "positions_at",
    "suspension",
]

LABEL_LENGTH = 60
"""Longer labels are cut, with an ellipsis (characters)."""

Range = tuple[int | None, int | None, int | None, int | None]
_AWAIT = dis.opmap["GET_AWAITABLE"]
_ANEXT = dis.opmap["GET_ANEXT"]
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(slots=True)
class Suspension:
    """A place where a task waits.

    Attributes
    ----------
    label
        What it waits for, in the source's own words.
    frame, instruction
        ``id`` of the frame and the offset of its instruction: the same for as
        long as the same ``await`` goes on.
    awaited
        A weak reference to the coroutine that is awaited there, or None.
    """

    label: str
    frame: int
    instruction: int
    awaited: weakref.ref[Any] | None

    def goes_on_in(self, other: Suspension) -> bool:
        """Tell whether both are one ``await`` that has not come back yet."""
        return (
            (self.frame, self.instruction) == (other.frame, other.instruction)
            and self.awaited is not None
            and other.awaited is not None
            and self.awaited() is not None
            and self.awaited() is other.awaited()
        )


def caller(depth: int) -> FrameType:
    """Return the frame that many calls above the function that asks."""
    return sys._getframe(depth)  # pyright: ignore[reportPrivateUsage]


def suspension(
    coroutine: Any,
    drawn: Callable[[str], bool],
    block: Callable[[int], str | None] = lambda _frame: None,
) -> Suspension | None:
    """Return where a suspended coroutine waits, as its drawn code sees it.

    Parameters
    ----------
    coroutine
        What ``Task.get_coro`` returns, or any awaitable of Python's own.
    drawn
        Tells for the file name of a code object whether it is the reader's.
    block
        Gives the label of the innermost ``with`` block of a frame, by its id.

    Returns
    -------
    None if no frame of the chain is the reader's.

    Example
    -------
    >>> from asyncwith import checkpoint
    >>> async def main():
    ...     await checkpoint("here")
    >>> coroutine = main()
    >>> coroutine.send(None)
    >>> suspension(coroutine, lambda name: name == main.__code__.co_filename).label
    'checkpoint("here")'
    >>> coroutine.close()
    """
    found: FrameType | None = None
    awaited: Any = None
    for link, frame in await_chain(coroutine):
        if frame is not None and drawn(frame.f_code.co_filename):
            found, awaited = frame, None
        elif found is not None and awaited is None and type(link) in HAS_FRAME:
            # An async generator outlives the step that is awaited.
            awaited = None if type(link) is AsyncGeneratorType else link
    if found is None:
        return None
    return Suspension(
        _label(found, block(id(found))),
        id(found),
        found.f_lasti,
        None if awaited is None else weakref.ref(awaited),
    )


def elsewhere(coroutine: Any, label: str) -> Suspension:
    """Return the suspension of a task none of whose frames is the reader's."""
    weak = type(coroutine) in HAS_FRAME
    return Suspension(label, 0, 0, weakref.ref(coroutine) if weak else None)


def positions_at(code: CodeType, instruction: int) -> Range | None:
    """Return first line, last line, first column and last column, or None."""
    if instruction < 0:
        return None
    for index, position in enumerate(code.co_positions()):
        if index == instruction // 2:
            return None if None in position else position
    return None


def label_of(node: ast.AST, source: str | None = None) -> str:
    """Return the text of an expression, on one line, as its author wrote it.

    Example
    -------
    >>> label_of(ast.parse('f( "a" )', mode="eval").body, 'f( "a" )')
    'f("a")'
    """
    text = ast.unparse(node)
    written = ast.get_source_segment(source, node) if source else None
    if written is not None:
        written = re.sub(r"\s+", " ", written).strip()
        written = re.sub(r"([(\[{]) | (?=[)\]}])", r"\1", written)  # a split call
        try:
            if ast.unparse(ast.parse(written, mode="eval")) == text:
                text = written
        except (SyntaxError, ValueError):
            pass
    return text if len(text) <= LABEL_LENGTH else text[: LABEL_LENGTH - 1] + "…"


def _label(frame: FrameType, block: str | None) -> str:
    code = frame.f_code
    operation = _operation(code.co_code, frame.f_lasti)
    phase = {(_AWAIT, 1): " on entry", (_AWAIT, 2): " on exit"}.get(operation, "")
    if phase and block is not None:
        return block + phase
    source = "".join(linecache.getlines(code.co_filename, frame.f_globals))
    where = positions_at(code, frame.f_lasti)
    for node in _nodes(source).get(where, ()) if where else ():
        text = _text(node, phase, source)
        if text is not None:
            return text + phase
    line = linecache.getline(code.co_filename, frame.f_lineno or 0, frame.f_globals)
    return line.strip() or f"line {frame.f_lineno} of {code.co_name}"


def _operation(code: bytes, instruction: int) -> tuple[int, int]:
    """Return what led to the suspension: GET_AWAITABLE n or GET_ANEXT."""
    for at in range(instruction, -1, -2):
        if code[at] in (_AWAIT, _ANEXT):
            return code[at], code[at + 1]
    return -1, 0


@lru_cache(maxsize=64)
def _nodes(source: str) -> dict[Range, list[ast.AST]]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    nodes: dict[Range, list[ast.AST]] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.AsyncWith, ast.AsyncFor, ast.expr)):
            where = node.lineno, node.end_lineno, node.col_offset, node.end_col_offset
            nodes.setdefault(where, []).append(node)
    return nodes


def _text(node: ast.AST, phase: str, source: str) -> str | None:
    if phase:
        if isinstance(node, ast.AsyncWith):
            return ", ".join(label_of(item.context_expr, source) for item in node.items)
        return label_of(node, source) if isinstance(node, ast.expr) else None
    if isinstance(node, ast.Await):
        return label_of(node.value, source)
    loop: ast.AsyncFor | ast.comprehension | None = None
    if isinstance(node, ast.AsyncFor):
        loop = node
    elif isinstance(node, _COMPREHENSIONS):
        loop = next((each for each in node.generators if each.is_async), None)
    if loop is None:
        return None
    target, items = label_of(loop.target, source), label_of(loop.iter, source)
    return f"async for {target} in {items}"
