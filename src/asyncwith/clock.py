"""Virtual time: a loop whose clock jumps to the next timer instead of waiting.

A real loop with nothing to do sleeps until its next timer is due. This one
sets its clock to that moment and goes on: an hour's timeout fires at 3600.0
exactly, after microseconds. The idea is that of Trio's ``MockClock`` with
``autojump_threshold=0``.

`run_virtual` works in a script, inside a running loop such as a notebook's,
and in the browser, where there is neither a selector nor a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import math
from collections.abc import Callable, Coroutine, Generator
from typing import Any, NoReturn, TypeVar

from asyncwith.awaiting import name_of_task, place_of

__all__ = ["VirtualLoop", "run_virtual"]

T = TypeVar("T")


def run_virtual(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time, as ``asyncio.run`` would.

    An ordinary function: in a notebook it needs no ``await``, and it returns
    when the coroutine has ended. The loop is new, its clock starts at 0, and
    at the end left over tasks are cancelled and async generators closed.

    Parameters
    ----------
    coroutine : coroutine
        What to run. Only time is virtual: it can wait for timers and for its
        own tasks, not for sockets, threads or processes.

    Returns
    -------
    object
        What the coroutine returned.

    Raises
    ------
    RuntimeError
        If every task waits and no timer is set; the message says which task
        waits where.
    NotImplementedError
        If the coroutine asks the loop for something outside of its own time.
    TypeError
        If it is given anything but a coroutine.

    Examples
    --------
    >>> async def main():
    ...     loop = asyncio.get_running_loop()
    ...     try:
    ...         async with asyncio.timeout(3600):
    ...             await asyncio.Event().wait()
    ...     except TimeoutError:
    ...         return loop.time()
    >>> run_virtual(main())
    3600.0
    """
    if not inspect.iscoroutine(coroutine):
        called = " Call it: run_virtual(main())." if callable(coroutine) else ""
        raise TypeError(
            "run_virtual() expects a coroutine, such as main(); found "
            f"{type(coroutine).__name__}.{called}"
        )
    with _outer_loop_aside(), asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(coroutine)


class VirtualLoop(asyncio.BaseEventLoop):
    """An event loop in virtual time; ``time()`` starts at 0.0 seconds.

    For ``asyncio.Runner(loop_factory=VirtualLoop)`` where `run_virtual` does
    not serve.
    """

    _scheduled: list[asyncio.TimerHandle]  # BaseEventLoop's heap

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._selector = self  # BaseEventLoop asks its selector how to wait
        self._set(0.0)

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._now

    def select(self, timeout: float | None) -> list[object]:
        """Wait: jump to the next timer, exactly."""
        if timeout is None:
            raise RuntimeError(self._deadlock())
        if timeout > 0:
            self._set(self._scheduled[0].when())
        return []

    def _set(self, now: float) -> None:
        self._now = now
        # A timer is due when it lies before now + resolution: the next float
        # makes "due" mean "at this very moment", however late it is.
        self._clock_resolution = math.ulp(now)

    def _deadlock(self) -> str:
        waits = sorted(
            f"  {name_of_task(task)} waits at: {place_of(task.get_coro())}"
            for task in asyncio.all_tasks(self)
        )
        return (
            f"nothing can happen any more at virtual second {self._now:g}: no timer "
            "is set, and every task waits for another:\n" + "\n".join(waits)
        )

    def _process_events(self, event_list: list[object]) -> None:
        pass

    def _write_to_self(self) -> None:
        pass  # nobody sleeps who would have to be woken


@contextlib.contextmanager
def _outer_loop_aside() -> Generator[None]:
    """Let a loop run inside a task of another one, which stands still meanwhile."""
    outer = asyncio._get_running_loop()  # pyright: ignore[reportPrivateUsage]
    if outer is None:
        yield
        return
    # Before 3.12 the current task is kept per loop and need not be moved.
    swap: Callable[[object, object], object] | None = getattr(
        asyncio.tasks, "_swap_current_task", None
    )
    task = swap(outer, None) if swap else None
    asyncio._set_running_loop(None)  # pyright: ignore[reportPrivateUsage]
    try:
        yield
    finally:
        asyncio._set_running_loop(outer)  # pyright: ignore[reportPrivateUsage]
        if swap:
            swap(outer, task)


_THREADS = "threads do not live in virtual time: call the function directly"
_SOCKETS = (
    "a peer does not live in virtual time: put a fake in the connection's place "
    "(an asyncio.Queue, a coroutine that sleeps), or run it on a real loop"
)
_PROCESSES = "other processes do not live in virtual time: run it on a real loop"
_OUTSIDE = {
    _THREADS: "run_in_executor getaddrinfo getnameinfo",
    _SOCKETS: "create_connection create_server create_datagram_endpoint "
    "create_unix_connection create_unix_server connect_accepted_socket start_tls "
    "add_reader add_writer remove_reader remove_writer sock_recv sock_recv_into "
    "sock_recvfrom sock_recvfrom_into sock_sendall sock_sendto sock_connect "
    "sock_accept sendfile sock_sendfile",
    _PROCESSES: "subprocess_exec subprocess_shell connect_read_pipe "
    "connect_write_pipe add_signal_handler remove_signal_handler",
}


def _refusing(name: str, reason: str) -> Callable[..., NoReturn]:
    def refuse(self: VirtualLoop, *_: object, **__: object) -> NoReturn:
        raise NotImplementedError(f"loop.{name}() in run_virtual(): {reason}.")

    return refuse


for _reason, _names in _OUTSIDE.items():
    for _method in _names.split():
        setattr(VirtualLoop, _method, _refusing(_method, _reason))
