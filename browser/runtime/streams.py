"""What cells print, on its way to the page: by cell, in order, in pieces.

As in ipykernel, a text belongs to the cell whose code printed it, also when a
task of that cell prints later: the cell is a context variable, and tasks take a
copy of their creator's context. What is printed in an empty context belongs to
the cell that began last.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

__all__ = ["Output", "Stream"]

PIECE = 65_536
"""Characters that are kept back at most."""

PAUSE = 0.1
"""Seconds that a text is kept back at most while the cell keeps printing."""


class Output:
    """Sends nbformat outputs, each with the id of its cell.

    Parameters
    ----------
    send
        ``send(id, output)``, once for each output, in order.
    """

    def __init__(self, send: Callable[[Any, dict[str, Any]], object]) -> None:
        self._cell: ContextVar[Any] = ContextVar("cell")
        self._latest: Any = None
        self._send = send
        self._texts: list[str] = []
        self._size = 0
        self._of: tuple[Any, str] = (None, "")
        self._since = 0.0

    def begin(self, cell: Any) -> None:
        """Give this cell what is printed here, and in copies of this context."""
        self._cell.set(cell)
        self._latest = cell

    def cell(self) -> Any:
        """The cell that is printing."""
        return self._cell.get(self._latest)

    def text(self, name: str, text: str) -> None:
        """Print a text on a stream, "stdout" or "stderr"."""
        of = (self.cell(), name)
        if of != self._of:
            self.flush()
        now = time.monotonic()
        if not self._texts:
            self._of, self._since = of, now
        self._texts.append(text)
        self._size += len(text)
        if self._size >= PIECE or now - self._since > PAUSE:
            self.flush()

    def display(self, output: dict[str, Any]) -> None:
        """Send any other output, after the texts before it."""
        self.flush()
        self._send(self.cell(), output)

    def flush(self) -> None:
        """Send what is kept back."""
        if self._texts:
            text, (cell, name) = "".join(self._texts), self._of
            self._texts, self._size = [], 0
            self._send(cell, {"output_type": "stream", "name": name, "text": text})


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of the cells."""

    def __init__(self, output: Output, name: str) -> None:
        self._output = output
        self._name = name

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"<{self._name}>"

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            self._output.text(self._name, text)
        return len(text)

    def flush(self) -> None:
        self._output.flush()
