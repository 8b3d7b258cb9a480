"""asyncio's own event loop, its rounds started by the browser's.

Pyodide's loop hands every callback to the browser, which is what differs from
asyncio: timers of a few milliseconds are not ordered, debug mode does nothing,
and ``asyncio.run`` and ``time.sleep`` depend on what the browser can do. This
one is asyncio's selector loop, which is plain Python, on sockets in memory; only
the waiting is the browser's: a timer, or a message to itself where nothing is to
be waited for. So cells mean here what they mean in a kernel.

`install` makes it the running loop of a worker, for good.
"""

from __future__ import annotations

import asyncio
import sys
import time
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import Callable
from typing import Any

from asyncwith_browser import network, processes
from asyncwith_browser.selector import MemorySelector

__all__ = ["BrowserLoop", "install"]

LONGEST = 2**31 - 1
"""Milliseconds that the browser's timers can hold."""

PRECISE = 0.004
"""Seconds under which the browser's timers are late: the loop then polls."""


class BrowserLoop(BaseSelectorEventLoop):
    """An event loop whose rounds the browser starts.

    Parameters
    ----------
    schedule
        ``schedule(callback, milliseconds)``: the browser's timer.
    """

    _ready: Any  # BaseEventLoop's queue of callbacks
    _scheduled: list[asyncio.TimerHandle]  # its heap of timers
    _selector: MemorySelector

    def __init__(self, schedule: Callable[[Any, float], object]) -> None:
        self._schedule = schedule
        self._in_round = True  # nothing can be due yet
        self._due: float | None = None  # when the next round begins
        self._generation = 0
        super().__init__(MemorySelector())
        self._in_round = False
        self._claim_thread()

    # -- what the browser starts ------------------------------------------

    def round(self, generation: int) -> None:
        """Run what is due, once; forgotten rounds do nothing."""
        if generation != self._generation or self._in_round:
            return
        self._due, self._in_round = None, True
        self._claim_thread()
        try:
            self._run_once()
        except (KeyboardInterrupt, SystemExit):
            pass  # the task that it ended has it
        finally:
            self._in_round = False
            self._arm()

    def _claim_thread(self) -> None:
        """Be the running loop; with stack switching, states come and go."""
        asyncio._set_running_loop(self)
        self._thread_id = 1
        hooks = sys.get_asyncgen_hooks()
        if hooks.firstiter != self._asyncgen_firstiter_hook:
            sys.set_asyncgen_hooks(
                firstiter=self._asyncgen_firstiter_hook,
                finalizer=self._asyncgen_finalizer_hook,
            )

    def _arm(self) -> None:
        """Have the browser start a round when the next callback is due."""
        if self._in_round:
            return
        now = self.time()
        if self._ready or self._selector.is_ready():
            due = now
        elif self._scheduled:
            due = max(now, self._scheduled[0].when())
        else:
            return
        if self._due is not None and self._due <= due:
            return
        self._due = due
        self._generation += 1
        wait = due - now
        wait = 0 if wait < PRECISE else min(wait * 1000, LONGEST)
        self._schedule(_Round(self, self._generation), wait)

    # -- asyncio's loop, told of what it cannot see ------------------------

    def call_soon(self, *args: Any, **options: Any) -> asyncio.Handle:
        handle = super().call_soon(*args, **options)
        self._arm()
        return handle

    def call_at(self, *args: Any, **options: Any) -> asyncio.TimerHandle:
        handle = super().call_at(*args, **options)
        self._arm()
        return handle

    def call_soon_threadsafe(self, *args: Any, **options: Any) -> asyncio.Handle:
        return self.call_soon(*args, **options)

    def is_running(self) -> bool:
        return True

    def _write_to_self(self) -> None:
        pass  # nobody sleeps who would have to be woken

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:
        return network.getaddrinfo(host, port, **options)

    async def getnameinfo(self, sockaddr: Any, flags: int = 0) -> tuple[str, str]:
        return sockaddr[0], str(sockaddr[1])

    def run_in_executor(self, executor: object, func: object, *args: object) -> Any:
        raise NotImplementedError(
            "There are no threads in the browser: asyncio.to_thread and "
            "run_in_executor need a local copy of the book."
        )


class _Round:
    """A callback for the browser: one round of the loop."""

    def __init__(self, loop: BrowserLoop, generation: int) -> None:
        self.loop, self.generation = loop, generation

    def __call__(self, *_: object) -> None:
        self.loop.round(self.generation)


def install() -> BrowserLoop:
    """Make a `BrowserLoop` the running loop of this worker, in Pyodide's place."""
    from pyodide import webloop
    from pyodide.ffi import create_once_callable
    from pyodide_js._api import scheduleCallback

    def schedule(callback: Any, milliseconds: float) -> None:
        scheduleCallback(create_once_callable(callback), milliseconds)

    network.install()
    processes.install()
    # Pyodide's own replacements wait by stack switching where there is any.
    asyncio.run, time.sleep = webloop._orig_run, webloop._orig_sleep
    loop = BrowserLoop(schedule)
    policy = asyncio.events._get_event_loop_policy()
    policy.set_event_loop(loop)
    return loop
