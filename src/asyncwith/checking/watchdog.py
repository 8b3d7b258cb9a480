"""End code that blocks the event loop: nothing else in the process can.

A deadline of asyncio's never fires while a busy loop holds the loop. A thread
can still interrupt the main thread. (In a cell that awaits, the stop button
cannot: the kernel then answers it by cancelling the cell's task, which never
gets its turn.)
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

__all__ = ["interrupted_after"]


@contextmanager
def interrupted_after(
    seconds: float, told: Callable[[FrameType | None], None] = lambda frame: None
) -> Generator[None]:
    """Raise KeyboardInterrupt in the block if it lasts longer than that.

    ``told`` is called first, with the frame that is running.

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

    def fire() -> None:
        nonlocal fired
        with lock:
            if inside and main.ident is not None:
                fired = True
                signal.pthread_kill(main.ident, signal.SIGINT)

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal fired
        if fired:
            fired = False
            told(frame)
            raise KeyboardInterrupt
        if callable(before):
            before(number, frame)

    before = signal.signal(signal.SIGINT, handle)
    timer = threading.Timer(seconds, fire)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            inside = False
        timer.cancel()
        signal.signal(signal.SIGINT, before)
