"""The facts of chapter 4, each asserted by running code of its own.

The cells of the chapter show them; these tests fail if one is false.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import warnings
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from anyio import AsyncContextManagerMixin

Manager = contextlib.AbstractAsyncContextManager[Any]


async def leave(manager: Manager, way: str) -> str:
    """How a block ends that is left ``normal``, by an ``error`` or a ``cancel``."""

    async def block() -> str:
        async with manager:
            if way == "error":
                raise ValueError("in the body")
            if way == "cancel":
                await asyncio.sleep(3600)
        return "went on"

    task = asyncio.create_task(block())
    await asyncio.sleep(0)
    task.cancel() if way == "cancel" else None
    await asyncio.wait([task])
    if task.cancelled():
        return "cancelled"
    return type(task.exception()).__name__ if task.exception() else task.result()


@asynccontextmanager
async def traced(log: list[str]) -> AsyncGenerator[None]:
    log.append("in")
    try:
        yield
    finally:
        log.append("out")


def test_fact_013_without_finally_the_cleanup_is_skipped() -> None:
    @asynccontextmanager
    async def bare(log: list[str]) -> AsyncGenerator[None]:
        yield
        log.append("out")

    async def main() -> dict[tuple[str, str], bool]:
        seen: dict[tuple[str, str], bool] = {}
        for make in (bare, traced):
            for way in ("normal", "error", "cancel"):
                log: list[str] = []
                await leave(make(log), way)
                seen[make.__name__, way] = "out" in log
        return seen

    cleaned = asyncio.run(main())
    assert [cleaned["bare", way] for way in ("normal", "error", "cancel")] == [
        True,
        False,
        False,
    ]
    assert all(cleaned["traced", way] for way in ("normal", "error", "cancel"))


@pytest.mark.parametrize(
    "yields, way, message",
    [
        (0, "normal", "generator didn't yield"),
        (2, "normal", "generator didn't stop"),
        (2, "error", "generator didn't stop after athrow()"),
    ],
)
def test_fact_014_one_yield(yields: int, way: str, message: str) -> None:
    @asynccontextmanager
    async def manager() -> AsyncGenerator[int]:
        for number in range(yields):
            with contextlib.suppress(ValueError):
                yield number

    async def main() -> None:
        async with manager():
            if way == "error":
                raise ValueError

    with pytest.raises(RuntimeError) as caught:
        asyncio.run(main())
    assert str(caught.value) == message


def test_fact_015_catching_is_suppression() -> None:
    @asynccontextmanager
    async def catching(kind: type[BaseException]) -> AsyncGenerator[None]:
        with contextlib.suppress(kind):
            yield

    async def main() -> list[str]:
        return [
            await leave(catching(ValueError), "error"),
            await leave(catching(BaseException), "cancel"),
            await leave(catching(KeyError), "error"),
        ]

    assert asyncio.run(main()) == ["went on", "went on", "ValueError"]


def test_fact_016_the_second_entry_fails() -> None:
    async def main() -> None:
        manager = traced([])
        async with manager:
            pass
        with pytest.raises(AttributeError, match=r"no attribute 'args'$"):
            async with manager:
                pass

    asyncio.run(main())


def test_fact_017_a_fresh_manager_for_each_call_of_an_async_function_only() -> None:
    log: list[str] = []

    @traced(log)
    async def work() -> str:
        log.append("work")
        return "result"

    def count() -> int:
        log.append("count")
        return 3

    async def rows() -> AsyncGenerator[int]:
        log.append("rows")
        yield 1

    async def main() -> None:
        assert [await work(), await work()] == ["result", "result"]
        assert log == ["in", "work", "out"] * 2
        log.clear()
        decorate: Callable[[Any], Any] = traced(log)
        with pytest.raises(TypeError):
            await decorate(count)()
        assert log == ["in", "count", "out"]
        log.clear()
        with pytest.raises(TypeError):
            await decorate(rows)()
        assert log == ["in", "out"]

    asyncio.run(main())


def test_fact_018_the_sync_decorator_leaves_before_the_work() -> None:
    log: list[str] = []

    @contextmanager
    def traced_sync() -> Iterator[None]:
        log.append("in")
        try:
            yield
        finally:
            log.append("out")

    @traced_sync()
    async def work() -> None:
        log.append("work")

    asyncio.run(work())
    assert log == ["in", "out", "work"]


def test_fact_019_not_in_all() -> None:
    assert hasattr(contextlib, "AsyncContextDecorator")
    assert "AsyncContextDecorator" not in contextlib.__all__
    assert "ContextDecorator" in contextlib.__all__


def test_fact_020_the_message_names_what_the_decorator_got() -> None:
    async def no_yield() -> None: ...

    def no_async() -> Iterator[None]:
        yield

    async def both() -> AsyncGenerator[None]:
        yield

    async def message(manager: Any) -> str:
        try:
            if hasattr(manager, "__aenter__"):
                await manager.__aenter__()
            else:
                manager.__enter__()
        except TypeError as error:
            return str(error)
        return "entered"

    async def main() -> list[str]:
        decorate: Any = asynccontextmanager
        decorate_sync: Any = contextmanager
        return [
            await message(decorate(no_yield)()),
            await message(decorate(no_async)()),
            await message(decorate_sync(both)()),
        ]

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "coroutine .* was never awaited")
        messages = asyncio.run(main())
        gc.collect()
    assert messages == [
        "'coroutine' object is not an async iterator",
        "'generator' object is not an async iterator",
        "'async_generator' object is not an iterator",
    ]


def test_fact_021_stop_async_iteration_passes() -> None:
    error = StopAsyncIteration("no rows")

    async def main() -> BaseException | None:
        try:
            async with traced([]):
                raise error
        except BaseException as out:
            return out

    assert asyncio.run(main()) is error


def test_fact_022_an_abandoned_manager_is_closed_by_another_task() -> None:
    log: list[Any] = []

    @asynccontextmanager
    async def connection(task: Any) -> AsyncGenerator[None]:
        try:
            yield
        except BaseException as error:
            log.append(type(error))
            raise
        finally:
            log.append(asyncio.current_task() is task)

    async def main() -> None:
        await connection(asyncio.current_task()).__aenter__()
        log.append("dropped")
        gc.collect()
        for _ in range(10):
            await asyncio.sleep(0)
        log.append("main ends")

    asyncio.run(main())
    assert log == ["dropped", GeneratorExit, False, "main ends"]


def test_fact_032_a_class_around_a_generator() -> None:
    log: list[str] = []

    class Client(AsyncContextManagerMixin):
        @asynccontextmanager
        async def __asynccontextmanager__(self) -> AsyncGenerator[Any]:
            async with traced(log):
                yield self

    async def main() -> None:
        client = Client()
        for _ in (1, 2):
            async with client as received:
                assert received is client
        assert log == ["in", "out"] * 2
        async with client:
            with pytest.raises(RuntimeError, match="has already been entered"):
                async with client:
                    pass

    asyncio.run(main())
