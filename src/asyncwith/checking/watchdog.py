"""End code that blocks the event loop: nothing else in the process can.

A deadline of asyncio's never fires while a busy loop holds the loop. A thread
can still interrupt the main thread. (In a cell that awaits, the stop button
cannot: the kernel then answers it by cancelling the cell's task, which never
gets its turn.)
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from asyncio import AbstractEventLoop
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic, sleep
from types import FrameType

__all__ = ["interrupted_after"]

_TURN = 1.0  # seconds in which a loop that is not blocked comes round


@contextmanager
def interrupted_after(
    seconds: float,
    told: Callable[[FrameType | None], None] = lambda frame: None,
    *,
    loop: AbstractEventLoop | None = None,
    lost: Callable[[], float] = lambda: 0.0,
) -> Generator[None]:
    """Raise KeyboardInterrupt in the block if it lasts longer than that.

    ``told`` is called first, with the frame that is running. With a ``loop``,
    only code is interrupted that keeps it from turning: a block may last where
    the loop turns, or where the machine stands still, by what ``lost`` says: the
    seconds for which it has until now.

    Does nothing where it cannot work: in Pyodide, which has no threads, and
    outside the main thread. Other interrupts go where they went before.

    Examples
    --------
    >>> with interrupted_after(5):
    ...     print("in time")
    in time
    """
    main = threading.main_thread()
    if sys.platform == "emscripten" or threading.current_thread() is not main:
        yield
        return
    inside, fired, lock = True, False, threading.Lock()
    over = threading.Event()

    def watch() -> None:
        nonlocal fired
        late = seconds
        while not over.wait(late):
            if loop is not None and _turns(loop, lost):
                late = _TURN
                continue
            with lock:
                if inside and main.ident is not None:
                    fired = True
                    signal.pthread_kill(main.ident, signal.SIGINT)
            return

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal fired
        if fired:
            fired = False
            if inside:
                told(frame)
                raise KeyboardInterrupt
        elif callable(before):
            before(number, frame)

    before = signal.signal(signal.SIGINT, handle)
    try:
        try:
            threading.Thread(target=watch, daemon=True).start()
            yield
        finally:
            inside = False
    finally:  # the interrupt may have hit the line above
        inside = False
        over.set()
        with lock:  # nothing is sent from here on
            pass
        begun = monotonic()
        while fired and monotonic() - begun < _TURN:  # sent, and not heard yet
            sleep(0.001)
        signal.signal(signal.SIGINT, before)


def _turns(loop: AbstractEventLoop, lost: Callable[[], float]) -> bool:
    """Whether the loop comes round in a second in which the machine runs."""
    turned = threading.Event()
    begun = monotonic() - lost()
    with contextlib.suppress(RuntimeError):  # it is closed: nothing waits for it
        loop.call_soon_threadsafe(turned.set)
        while not turned.wait(_TURN / 10):
            if monotonic() - lost() - begun > _TURN:
                return False
    return True
