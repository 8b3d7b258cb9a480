"""Notice that the machine stood still: a time that was measured then is none.

A check that waits half a second for a server judges the submission only where
the machine ran meanwhile. A shared or overloaded machine stops a process for
longer than that now and then, and nothing in the process can tell whose second
it was, but for a thread that only sleeps: its naps are late exactly then, or while
the process computes in one long call of C code, which is no stall.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from time import monotonic, process_time
from types import TracebackType
from typing import Self

__all__ = ["STALL", "Stalls"]

STALL = 0.15  # seconds lost in a case; the checks' limits leave more than twice that
_NAP = 0.02  # seconds between two looks at the clock, and what a late one may be late


class Stalls:
    """The time in a block for which the machine stood still.

    Attributes
    ----------
    lost
        Seconds: of one long stall, or of many short ones. 0 where there are no
        threads, as in Pyodide.

    Examples
    --------
    >>> with Stalls() as stalls:
    ...     total = sum(range(1000))
    >>> stalls.lost < 60
    True
    """

    def __init__(self) -> None:
        self.lost = 0.0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._seen, self._computed = monotonic(), process_time()

    def __enter__(self) -> Self:
        self._seen, self._computed = monotonic(), process_time()
        if sys.platform != "emscripten":
            thread = threading.Thread(target=self._watch, daemon=True)
            with contextlib.suppress(RuntimeError):  # no more threads are allowed
                thread.start()
                self._thread = thread
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self.look()

    def _watch(self) -> None:
        while not self._over.wait(_NAP):
            self.look()

    def look(self) -> float:
        """Return the seconds that are lost by now."""
        if self._thread is None:
            return 0.0
        with self._lock:
            now, computed = monotonic(), process_time()
            late = now - self._seen - _NAP - (computed - self._computed)
            if late > _NAP:
                self.lost += late
            self._seen, self._computed = now, computed
            return self.lost
