"""The facts of chapter 9, each asserted by running code of its own.

Threads are held and let go by events; where a second must pass, it is long
against what is measured with it.
"""

from __future__ import annotations

import asyncio
import ctypes
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar

import anyio
import anyio.to_thread
import pytest

from asyncwith import run_script

SECOND = 1.0
WAIT = 5.0  # seconds after which a thread that is held gives up


async def gap_during(work: Callable[[], Awaitable[object]]) -> bool:
    """Whether the loop stood still for half a second or more."""
    ended = False

    async def measure() -> float:
        longest, latest = 0.0, time.perf_counter()
        while not ended:
            await asyncio.sleep(0.01)
            now = time.perf_counter()
            longest, latest = max(longest, now - latest), now
        return longest

    measuring = asyncio.create_task(measure())
    await asyncio.sleep(0)
    await work()
    ended = True
    return await measuring > SECOND / 2


def test_fact_114_time_sleep_stops_the_loop_and_a_thread_does_not() -> None:
    async def blocks() -> None:
        time.sleep(SECOND)  # noqa: ASYNC251 - the fact

    async def in_a_thread() -> None:
        await asyncio.to_thread(time.sleep, SECOND)

    assert asyncio.run(gap_during(blocks))
    assert not asyncio.run(gap_during(in_a_thread))


def test_fact_114a_the_timeouts_of_the_others_fire() -> None:
    async def main() -> list[object]:
        async def quick() -> None:
            async with asyncio.timeout(0.2):
                await asyncio.sleep(0.01)

        async def blocks() -> None:
            async with asyncio.timeout(0.2):  # noqa: ASYNC100 - the fact
                time.sleep(0.5)  # noqa: ASYNC251

        results = await asyncio.gather(quick(), blocks(), return_exceptions=True)
        return [type(result) for result in results]

    assert asyncio.run(main()) == [TimeoutError, type(None)]


def test_fact_114b_debug_mode_names_the_coroutine_faulthandler_the_line() -> None:
    done = run_script(
        """
        import asyncio, faulthandler, time
        def deep():
            time.sleep(0.6)
        async def work():
            deep()
        faulthandler.dump_traceback_later(0.2)
        asyncio.run(work(), debug=True)
        """
    )
    before, _, after = done.stderr.partition("Executing ")
    assert 'File "script.py", line 4 in deep' in before
    assert "coro=<work() done" in after
    assert "deep" not in after


@pytest.mark.parametrize("library", [ctypes.CDLL, ctypes.PyDLL])
def test_fact_114c_a_lock_kept_in_c_blocks_from_a_thread(library: type) -> None:
    sleep = library(None).sleep

    async def work() -> None:
        await asyncio.to_thread(sleep, 1)

    assert asyncio.run(gap_during(work)) is (library is ctypes.PyDLL)


def test_fact_114d_to_thread_takes_the_context_along() -> None:
    variable: ContextVar[str] = ContextVar("variable", default="none")

    def exchange() -> str:
        found = variable.get()
        variable.set("left by a call")
        return found

    async def main() -> None:
        loop = asyncio.get_running_loop()
        variable.set("mine")
        pool = ThreadPoolExecutor(1)
        assert await loop.run_in_executor(pool, exchange) == "none"
        assert await loop.run_in_executor(pool, exchange) == "left by a call"
        await asyncio.to_thread(pool.shutdown)
        assert await asyncio.to_thread(exchange) == "mine"
        assert variable.get() == "mine"

    asyncio.run(main())


class Held:
    """A function in a thread that goes on when it may; and what it saw then."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.begun, self.ended = asyncio.Event(), asyncio.Event()
        self.may_end = threading.Event()
        self.released = False
        self.found_released = False

    def __call__(self) -> str:
        self.loop.call_soon_threadsafe(self.begun.set)
        self.may_end.wait(WAIT)
        self.found_released = self.released
        self.loop.call_soon_threadsafe(self.ended.set)
        return "handle"


async def turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def cancelled_in_its_thread(
    wait_for: Callable[[Held], Awaitable[object]], cancels: int = 1
) -> Held:
    """Cancel a block whose thread is held, then let the thread end."""
    held = Held()

    async def block() -> None:
        try:
            await wait_for(held)
        finally:
            held.released = True

    task = asyncio.create_task(block())
    await held.begun.wait()
    for _ in range(cancels):
        task.cancel()
        await turns()
    held.may_end.set()
    await held.ended.wait()
    await asyncio.wait([task])
    assert task.cancelled()
    return held


async def patiently(held: Held) -> None:
    thread, cancellation = asyncio.create_task(asyncio.to_thread(held)), None
    while not thread.done():
        try:
            await asyncio.wait([thread])
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation:
        raise cancellation


def test_fact_114e_a_cancelled_wait_releases_what_the_thread_uses() -> None:
    held = asyncio.run(cancelled_in_its_thread(asyncio.to_thread))
    assert held.found_released


def test_fact_114f_a_block_that_waits_releases_after_its_thread() -> None:
    for cancels in (1, 2):
        held = asyncio.run(cancelled_in_its_thread(patiently, cancels))
        assert not held.found_released
        assert held.released


def test_fact_114g_a_cancelled_acquire_in_a_thread_acquires() -> None:
    async def main() -> None:
        held, entered = Held(), False
        opened: list[str] = []

        async def block() -> None:
            nonlocal entered
            handle = await asyncio.to_thread(lambda: opened.append(held()))
            entered = True
            try:
                await asyncio.sleep(0)
            finally:
                opened.remove(str(handle))

        task = asyncio.create_task(block())
        await held.begun.wait()
        task.cancel()
        await asyncio.wait([task])
        assert opened == []
        held.may_end.set()
        await held.ended.wait()
        while not opened:  # noqa: ASYNC110 - a thread appends
            await asyncio.sleep(0.01)
        assert not entered

    asyncio.run(main())


def test_fact_114h_a_timeout_does_not_free_the_thread() -> None:
    async def main() -> None:
        loop, pool = asyncio.get_running_loop(), ThreadPoolExecutor(1)
        held, ran = Held(), threading.Event()
        for function in (held, ran.set):
            call = loop.run_in_executor(pool, function)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(call, 0.1)
        held.may_end.set()
        await asyncio.to_thread(pool.shutdown)
        assert not ran.is_set()

    asyncio.run(main())


ABANDON = """
import sys, threading, {library}

async def main(abandon):
    may_end, ended = threading.Event(), threading.Event()
    def work():
        may_end.wait(5)
        ended.set()
    if not abandon:
        threading.Timer(0.5, may_end.set).start()
    limiter = {library}.CapacityLimiter(1)
    with {library}.move_on_after(0.1):
        await {library}.to_thread.run_sync(
            work, abandon_on_cancel=abandon, limiter=limiter)
    print(ended.is_set(), limiter.borrowed_tokens)
    may_end.set()

{library}.run(main, "abandon" in sys.argv)
"""


@pytest.mark.parametrize(("library", "places"), [("trio", 1), ("anyio", 0)])
def test_fact_114j_abandoned_threads_and_their_places(
    library: str, places: int
) -> None:
    source = ABANDON.format(library=library)
    done = run_script(source)
    assert done.stdout.split() == ["True", "0"], done.stderr
    done = run_script(source, args=["abandon"])
    assert done.stdout.split() == ["False", str(places)], done.stderr


def test_fact_114k_asyncio_cancels_through_anyio_s_wait() -> None:
    held = asyncio.run(cancelled_in_its_thread(anyio.to_thread.run_sync))
    assert held.found_released


def test_fact_115_the_exit_of_a_pool_blocks_the_loop() -> None:
    async def with_pool() -> None:
        with ThreadPoolExecutor() as pool:
            pool.submit(time.sleep, SECOND)

    async def shut_down_in_a_thread() -> None:
        pool = ThreadPoolExecutor()
        slept = pool.submit(time.sleep, SECOND)
        await asyncio.to_thread(pool.shutdown)
        assert slept.done()

    assert asyncio.run(gap_during(with_pool))
    assert not asyncio.run(gap_during(shut_down_in_a_thread))


def test_fact_115a_asyncio_run_waits_for_abandoned_threads() -> None:
    events: list[str] = []

    def work() -> None:
        time.sleep(SECOND)
        events.append("thread")

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(work), 0.1)
        events.append("main")

    asyncio.run(main())
    assert events == ["main", "thread"]


@pytest.mark.parametrize("threads", [1, 2])
def test_fact_116_a_sqlite_connection_belongs_to_one_thread(threads: int) -> None:
    together = threading.Barrier(threads, timeout=WAIT)

    def query(connection: sqlite3.Connection) -> object:
        together.wait()
        try:
            return connection.execute("select 1").fetchone()
        except sqlite3.ProgrammingError as error:
            assert "only be used in that same thread" in str(error)
            return None

    async def main() -> list[object]:
        loop, pool = asyncio.get_running_loop(), ThreadPoolExecutor(threads)
        connection = await loop.run_in_executor(
            pool, lambda: sqlite3.connect("", check_same_thread=True)
        )
        calls = [loop.run_in_executor(pool, query, connection) for _ in range(2)]
        found = await asyncio.gather(*calls)
        await asyncio.to_thread(pool.shutdown)
        return found

    assert asyncio.run(main()).count(None) == threads - 1


def test_fact_117_which_files_are_async_managers() -> None:
    async def main() -> None:
        with open("/dev/null") as file:  # noqa: ASYNC230 - the fact
            assert not hasattr(file, "__aexit__")
        opening = anyio.open_file("/dev/null")
        with pytest.raises(TypeError, match="'coroutine' object"):
            async with opening:  # pyright: ignore[reportGeneralTypeIssues]
                pass
        opening.close()
        async with await anyio.open_file("/dev/null") as found:
            assert await found.read() == ""

    asyncio.run(main())


def test_fact_117b_an_event_set_in_a_thread_does_not_wake_the_loop() -> None:
    async def woken_after(threadsafe: bool) -> float:
        loop, event = asyncio.get_running_loop(), asyncio.Event()
        begun = loop.time()

        def work() -> None:
            if threadsafe:
                loop.call_soon_threadsafe(event.set)
            else:
                event.set()

        threading.Timer(0.1, work).start()
        async with asyncio.timeout(2 * SECOND):
            await event.wait()
        return loop.time() - begun

    assert asyncio.run(woken_after(False)) > 1.5 * SECOND
    assert asyncio.run(woken_after(True)) < SECOND


def test_fact_117c_the_loop_cannot_wait_for_itself() -> None:
    async def answer() -> int:
        return 42

    async def main() -> None:
        loop = asyncio.get_running_loop()

        def ask() -> int:
            return asyncio.run_coroutine_threadsafe(answer(), loop).result(WAIT)

        assert await asyncio.to_thread(ask) == 42
        asked = asyncio.run_coroutine_threadsafe(answer(), loop)
        with pytest.raises(TimeoutError):
            asked.result(0.3)
        assert await asyncio.wrap_future(asked) == 42

    asyncio.run(main())
