"""The facts of chapter 8, each asserted by running code of its own.

What happens in time happens in virtual time; the pool of one is PostgreSQL's.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing, asynccontextmanager
from typing import Any

import anyio
import asyncpg
import pytest

from asyncwith import postgres, run_script, run_virtual


def now() -> float:
    return asyncio.get_running_loop().time()


class Stream:
    """Numbers, a second apart; notes when and by which task it is closed."""

    def __init__(self) -> None:
        self.closed: tuple[float, bool] | None = None
        self.reader: asyncio.Task[Any] | None = None

    async def numbers(self) -> AsyncGenerator[int]:
        self.reader = asyncio.current_task()
        try:
            for number in range(1, 4):
                await asyncio.sleep(1)
                yield number
        finally:
            await asyncio.sleep(1)
            self.closed = now(), asyncio.current_task() is self.reader


def test_fact_033_break_closes_later_elsewhere_aclosing_now_and_here() -> None:
    async def plain(stream: Stream) -> None:
        async for _ in stream.numbers():
            break
        assert stream.closed is None
        await asyncio.sleep(5)
        assert stream.closed == (2, False)

    async def closing(stream: Stream) -> None:
        async with aclosing(stream.numbers()) as numbers:
            async for _ in numbers:
                break
        assert stream.closed == (2, True)

    run_virtual(plain(Stream()))
    run_virtual(closing(Stream()))


def test_fact_33a_another_loop_goes_on_where_a_break_stopped() -> None:
    async def main() -> None:
        stream = Stream()
        numbers = stream.numbers()
        async for _ in numbers:
            break
        assert stream.closed is None
        assert [number async for number in numbers] == [2, 3]

    run_virtual(main())


async def passed_on(stream: AsyncGenerator[int], closes: bool) -> AsyncGenerator[int]:
    if not closes:
        async for number in stream:
            yield number
        return
    async with aclosing(stream):
        async for number in stream:
            yield number


@pytest.mark.parametrize("closes", [False, True])
def test_fact_33b_a_stage_is_closed_by_the_next_one_only(closes: bool) -> None:
    async def main() -> bool:
        stream = Stream()
        async with aclosing(passed_on(stream.numbers(), closes)) as numbers:
            await anext(numbers)
        return stream.closed is not None

    assert run_virtual(main()) is closes


def test_fact_33c_two_hooks_are_told_and_nothing_else_is_run() -> None:
    told: list[str] = []

    async def generator() -> AsyncGenerator[int]:
        try:
            yield 1
        finally:
            told.append("finally")

    before = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(
        lambda _: told.append("begun"), lambda _: told.append("dropped")
    )
    try:
        stream = generator()
        with pytest.raises(StopIteration):
            stream.asend(None).send(None)
        del stream
    finally:
        sys.set_asyncgen_hooks(*before)
    assert told == ["begun", "dropped"]


def test_fact_034_a_pool_of_one_under_a_half_read_generator() -> None:
    async def rows(pool: Any) -> AsyncGenerator[int]:
        async with pool.acquire() as connection, connection.transaction():
            async for row in connection.cursor("select generate_series(1, 100) n"):
                yield row["n"]

    async def main() -> None:
        dsn = postgres.dsn("facts_streaming")
        async with asyncpg.create_pool(dsn, min_size=1, max_size=1) as pool:

            async def comes_back() -> bool:
                try:
                    async with pool.acquire(timeout=0.5):
                        return True
                except TimeoutError:
                    return False

            async with aclosing(rows(pool)) as stream:
                await anext(stream)
                assert pool.get_idle_size() == 0
            assert pool.get_idle_size() == 1

            async for _ in rows(pool):
                break
            assert pool.get_idle_size() == 0
            assert await comes_back()

            kept = rows(pool)
            await anext(kept)
            assert not await comes_back()
            await kept.aclose()
            assert await comes_back()

    asyncio.run(main())


def test_fact_035_asyncio_run_closes_what_is_left() -> None:
    stream, kept = Stream(), []

    async def main() -> None:
        kept.append(stream.numbers())
        await anext(kept[0])

    run_virtual(main())
    assert stream.closed == (2, False)


def test_fact_35a_it_closes_a_manager_inside_a_generator_at_once_too() -> None:
    kept, said = [], []

    @asynccontextmanager
    async def connection() -> AsyncGenerator[None]:
        try:
            yield
        finally:
            await asyncio.sleep(1)

    async def numbers() -> AsyncGenerator[int]:
        async with connection():
            yield 1

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, what: said.append(what["exception"]))
        kept.append(numbers())
        await anext(kept[0])

    run_virtual(main())
    assert [str(error).partition("(): ")[2] for error in said] == [
        "asynchronous generator is already running"
    ]


def test_fact_036_a_generator_that_yields_while_it_is_closed() -> None:
    async def footer() -> AsyncGenerator[int]:
        try:
            yield 1
        finally:
            yield 2

    async def main() -> None:
        stream = footer()
        await anext(stream)
        with pytest.raises(RuntimeError, match="async generator ignored GeneratorExit"):
            await stream.aclose()

    asyncio.run(main())


def test_fact_037_a_waiting_generator_cannot_be_closed_from_outside() -> None:
    async def main() -> None:
        numbers = Stream().numbers()

        async def read() -> int:
            return await anext(numbers)

        reading = asyncio.create_task(read())
        await asyncio.sleep(0.5)
        message = r"aclose\(\): asynchronous generator is already running"
        with pytest.raises(RuntimeError, match=message):
            await numbers.aclose()
        assert await reading == 1
        await numbers.aclose()

    run_virtual(main())


async def under_timeout(pause: float) -> AsyncGenerator[int]:
    async with asyncio.timeout(10):
        for number in (1, 2):
            await asyncio.sleep(pause)
            yield number


async def beside_a_failure(pause: float) -> AsyncGenerator[int]:
    async def fail() -> None:
        await asyncio.sleep(10)
        raise ValueError

    async with asyncio.TaskGroup() as group:
        group.create_task(fail())
        for number in (1, 2):
            await asyncio.sleep(pause)
            yield number


async def read(stream: AsyncGenerator[int], work: float) -> None:
    async with aclosing(stream):
        async for _ in stream:
            await asyncio.sleep(work)


def ending(reading: Coroutine[Any, Any, None]) -> tuple[float, BaseException | None]:
    """When a reader's task ended, and with what; None for a cancellation."""

    async def main() -> tuple[float, BaseException | None]:
        task = asyncio.create_task(reading)
        await asyncio.wait([task])
        return now(), None if task.cancelled() else task.exception()

    return run_virtual(main())


def test_fact_038_a_timeout_around_a_yield_cancels_a_reader_at_work() -> None:
    assert ending(read(under_timeout(1), 20)) == (10, None)
    moment, error = ending(read(under_timeout(20), 0))
    assert moment == 10
    assert isinstance(error, TimeoutError)


def test_fact_38a_such_a_reader_ends_its_group_in_silence() -> None:
    async def main() -> bool:
        async with asyncio.TaskGroup() as group:
            reader = group.create_task(read(under_timeout(1), 20))
        return reader.cancelled()

    assert run_virtual(main())


def test_fact_039_a_group_around_a_yield_brings_company() -> None:
    moment, error = ending(read(beside_a_failure(1), 20))
    assert moment == 10
    assert isinstance(error, BaseExceptionGroup)
    assert [type(one) for one in error.exceptions] == [ValueError, GeneratorExit]
    moment, error = ending(read(beside_a_failure(20), 0))
    assert moment == 10
    assert isinstance(error, ExceptionGroup)
    assert [type(one) for one in error.exceptions] == [ValueError]


def test_fact_39a_an_abandoned_scope_of_anyio_cancels_long_after() -> None:
    said: list[str] = []

    async def scoped() -> AsyncGenerator[int]:
        with anyio.move_on_after(10):
            yield 1

    async def reader() -> float:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, what: said.append(str(what["exception"])))
        async for _ in scoped():
            break
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            return now()
        return 0

    assert run_virtual(reader()) == 10
    assert said == [
        "Attempted to exit cancel scope in a different task than it was entered in"
    ]


SAFE_CHANNEL = """
import trio, trio.testing

@trio.as_safe_channel
async def numbers():
    try:
        with trio.fail_after(10):
            yield 1
    finally:
        print("closed")

async def main():
    for work in (0, 20):
        async with numbers() as stream:
            async for _ in stream:
                await trio.sleep(work)
                print("worked")
                break
        print("left", trio.current_time())

trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
"""


def test_fact_39b_a_safe_channel_closes_and_is_not_safe_from_a_timeout() -> None:
    done = run_script(SAFE_CHANNEL)
    first, second = ["worked", "closed", "left 0.0"], ["closed", "left 10.0"]
    assert done.stdout.splitlines() == first + second, done.stderr
    assert done.returncode == 0


def test_fact_040_a_timeout_around_a_manager_s_yield_bounds_the_block() -> None:
    @asynccontextmanager
    async def limited() -> AsyncGenerator[AsyncGenerator[int]]:
        async with asyncio.timeout(10), aclosing(Stream().numbers()) as stream:
            yield stream

    async def reader() -> None:
        async with limited() as stream:
            async for _ in stream:
                await asyncio.sleep(20)

    moment, error = ending(reader())
    assert moment == 11  # a second for closing
    assert isinstance(error, TimeoutError)


def most_waiting(size: int) -> tuple[int, float]:
    async def main() -> tuple[int, float]:
        queue: asyncio.Queue[int] = asyncio.Queue(size)
        most = 0

        async def produce() -> None:
            nonlocal most
            for number in range(1000):
                await queue.put(number)
                most = max(most, queue.qsize())

        async with asyncio.TaskGroup() as group:
            group.create_task(produce())
            for _ in range(1000):
                await queue.get()
                await asyncio.sleep(1)
        return most, now()

    return run_virtual(main())


def test_fact_40a_a_queue_has_no_limit_unless_it_is_given_one() -> None:
    assert most_waiting(0) == (1000, 1000)
    assert most_waiting(10) == (10, 1000)


def test_fact_40b_a_producer_without_a_reader_holds_its_group() -> None:
    async def main() -> None:
        queue: asyncio.Queue[int] = asyncio.Queue(1)

        async def produce() -> None:
            for number in range(5):
                await queue.put(number)

        async with asyncio.TaskGroup() as group:
            group.create_task(produce(), name="producer")
            await queue.get()

    with pytest.raises(RuntimeError, match=r"producer waits at: await queue\.put"):
        run_virtual(main())


def test_fact_40c_a_sender_learns_that_nobody_receives() -> None:
    async def main() -> None:
        send, receive = anyio.create_memory_object_stream[int](0)
        async with anyio.create_task_group() as group, receive:

            async def produce() -> None:
                with send:
                    await send.send(1)
                    with pytest.raises(anyio.BrokenResourceError):
                        await send.send(2)

            group.start_soon(produce)
            assert await receive.receive() == 1

    asyncio.run(main())
