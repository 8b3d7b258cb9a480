"""What a submission prints while it is checked: kept short, never endless."""

from __future__ import annotations

import io

__all__ = ["Printout", "TooMuchPrinted"]


class TooMuchPrinted(BaseException):
    """A submission printed more than a check is willing to read."""


class Printout(io.TextIOBase):
    """A text stream that keeps the beginning and stops a flood.

    Parameters
    ----------
    keep
        Characters that are kept.
    most
        Characters after which every write raises `TooMuchPrinted`.
    """

    def __init__(self, keep: int = 1_000, most: int = 1_000_000) -> None:
        self._kept = ""
        self._keep, self._left = keep, most

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        self._left -= len(text)
        if self._left < 0:
            raise TooMuchPrinted("more than a million characters were printed")
        room = self._keep - len(self._kept)
        if room > 0:
            self._kept += text[:room]
            if len(text) > room:
                self._kept += " …"
        return len(text)

    @property
    def text(self) -> str:
        """The beginning of what was printed."""
        return self._kept
