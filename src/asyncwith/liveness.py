"""A heartbeat: did the event loop keep ticking?

A loop that is blocked runs nothing, a heartbeat neither. So the longest gap
between two beats is the longest time for which nothing else could run.

On a busy machine a thread also waits for a processor. That is not the loop's
fault, and Linux says how long it was: it does not count.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from types import TracebackType

__all__ = ["Pulse", "heartbeat"]


class Pulse:
    """What `heartbeat` measures; ``str`` gives ``"ok"`` or ``"BLOCKED"``.

    Attributes
    ----------
    longest_gap : float
        Seconds of real time, the longest between two beats so far, without the
        time that the thread was ready to run and had no processor.
    beats : int
        How often the loop came round.
    """

    def __init__(self, every: float, blocked_after: float) -> None:
        self.every = every
        self.blocked_after = blocked_after
        self.longest_gap = 0.0
        self.beats = 0
        self._latest = self._time()

    def _time(self) -> float:
        # The thread may lose its processor between the two readings: once more then.
        now, before = 0.0, -1.0
        waited = _waited_for_processor()
        while waited != before:
            now, before = time.perf_counter(), waited
            waited = _waited_for_processor()
        return now - waited

    @property
    def blocked(self) -> bool:
        """The loop stood still for longer than it was allowed to."""
        return self.longest_gap > self.blocked_after

    def __str__(self) -> str:
        return "BLOCKED" if self.blocked else "ok"

    def __repr__(self) -> str:
        return f"<Pulse: {self}>"

    def beat(self) -> None:
        """Note that the loop is alive now."""
        now = self._time()
        self.longest_gap = max(self.longest_gap, now - self._latest)
        self.beats += 1
        self._latest = now


_SCHEDSTAT = Path("/proc/thread-self/schedstat")


def _waited_for_processor() -> float:
    """Return the seconds that this thread was ready to run and could not."""
    try:
        # nanoseconds on a processor, nanoseconds waiting for one, how often
        return int(_SCHEDSTAT.read_bytes().split()[1]) / 1e9
    except OSError:  # not Linux
        return 0.0


class heartbeat:
    """Watch the loop for as long as the block lasts.

    Parameters
    ----------
    every : float
        Seconds between two beats.
    blocked_after : float
        Seconds without a beat that count as blocked. The default is that of
        asyncio's debug mode for a slow callback.

    Examples
    --------
    >>> async def main():
    ...     async with heartbeat() as pulse:
    ...         await asyncio.sleep(0.3)
    ...     print("asyncio.sleep", pulse)
    ...     async with heartbeat() as pulse:
    ...         time.sleep(0.3)
    ...     print("time.sleep", pulse)
    >>> asyncio.run(main())
    asyncio.sleep ok
    time.sleep BLOCKED
    """

    def __init__(self, every: float = 0.01, blocked_after: float = 0.1) -> None:
        if not 0 < every < blocked_after:
            raise ValueError(
                "expected 0 < every < blocked_after, in seconds; found "
                f"every={every}, blocked_after={blocked_after}"
            )
        self._pulse = Pulse(every, blocked_after)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Pulse:
        if self._task is not None:
            raise RuntimeError("this heartbeat is used already: call heartbeat() again")
        self._pulse.beat()
        self._pulse.longest_gap = 0.0
        self._task = asyncio.create_task(self._run(), name="heartbeat")
        return self._pulse

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._task is not None
        self._pulse.beat()  # the block may have ended without waiting at all
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._pulse.every)
            self._pulse.beat()
