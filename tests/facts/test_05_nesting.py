"""The facts of chapter 5, each asserted by running code of its own.

The cells of the chapter show them; these tests fail if one is false.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import warnings
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from asyncwith import Report, Shelf, ShelfError, checkpoint, sweep, sweep_task

Log = list[str]


@asynccontextmanager
async def noted(name: str, log: Log) -> AsyncGenerator[str]:
    log.append(f"+{name}")
    try:
        yield name
    finally:
        log.append(f"-{name}")


@asynccontextmanager
async def refused() -> AsyncGenerator[None]:
    raise ConnectionRefusedError
    yield


class Side:
    """A sync manager that notes its exit."""

    def __init__(self, name: str, log: Log) -> None:
        self.name, self.log = name, log

    def __enter__(self) -> None:
        self.log.append(f"+{self.name}")

    def __exit__(self, *details: object) -> None:
        self.log.append(f"-{self.name}")


# --- stacks


def test_fact_023_one_order_and_a_partial_acquisition() -> None:
    async def main(log: Log, *, fail: bool) -> None:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(noted("async", log))
            stack.enter_context(Side("sync", log))
            stack.callback(log.append, "callback")
            if fail:
                await stack.enter_async_context(refused())
            log.append("body")

    entered, left = ["+async", "+sync"], ["callback", "-sync", "-async"]
    log: Log = []
    asyncio.run(main(log, fail=False))
    assert log == [*entered, "body", *left]
    log.clear()
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(main(log, fail=True))
    assert log == [*entered, *left]


def test_fact_024_each_exit_gets_the_newest_exception() -> None:
    seen: list[BaseException | None] = []
    first, second = KeyError("body"), OSError("exit")

    def noting(result: bool = False, fails: Exception | None = None) -> Any:
        async def leave(kind: object, error: BaseException | None, _: object) -> bool:
            seen.append(error)
            if fails:
                raise fails
            return result

        return leave

    async def main() -> None:
        async with AsyncExitStack() as stack:
            stack.push_async_exit(noting())
            stack.push_async_exit(noting(result=True))
            stack.push_async_exit(noting(fails=second))
            raise first

    asyncio.run(main())
    assert seen == [first, second, None]


async def started(log: Log, *, move: bool) -> AsyncExitStack:
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(noted("pool", log))
        return stack.pop_all() if move else stack


def test_fact_025_pop_all_moves_ownership() -> None:
    async def main() -> None:
        log: Log = []
        stack = await started(log, move=True)
        assert log == ["+pool"]
        moved = stack.pop_all()
        await stack.aclose()
        assert log == ["+pool"]
        await moved.aclose()
        assert log == ["+pool", "-pool"]
        assert hasattr(ExitStack, "close")
        assert not hasattr(stack, "close")

    asyncio.run(main())


def test_fact_25a_a_returned_stack_is_closed() -> None:
    async def main() -> None:
        log: Log = []
        stack = await started(log, move=False)
        assert log == ["+pool", "-pool"]
        await stack.aclose()

    asyncio.run(main())


def test_fact_25b_a_dropped_stack_releases_nothing() -> None:
    async def main() -> list[str]:
        shelf = Shelf()
        stack = AsyncExitStack()
        stack.push_async_callback(shelf.release, await shelf.acquire("a"))
        del stack
        gc.collect()
        await asyncio.sleep(0)
        return shelf.held

    with warnings.catch_warnings(action="error"):
        assert asyncio.run(main()) == ["a"]


def test_fact_026_a_forgotten_await_registers_nothing() -> None:
    async def main() -> tuple[Log, list[Any]]:
        log: Log = []
        with warnings.catch_warnings(record=True, action="always") as noticed:
            async with AsyncExitStack() as stack:
                stack.enter_async_context(noted("a", log))  # type: ignore[unused-coroutine]
                gc.collect()
        return log, noticed

    log, noticed = asyncio.run(main())
    assert log == []
    assert [warning.category for warning in noticed] == [RuntimeWarning]
    assert "never awaited" in str(noticed[0].message)


def test_fact_027_the_wrong_side_of_a_stack() -> None:
    log: Log = []
    manager: Any = noted("a", log)
    with ExitStack() as stack:
        text = "object does not support the context manager protocol"
        with pytest.raises(TypeError, match=text):
            stack.enter_context(manager)
        text = "'ExitStack' object has no attribute 'enter_async_context'"
        with pytest.raises(AttributeError, match=text):
            _ = stack.enter_async_context  # type: ignore[attr-defined]
    assert log == []


# --- two resources


def test_fact_028_gather_loses_the_one_that_succeeds() -> None:
    async def late(shelf: Shelf, arrive: asyncio.Event) -> str:
        await arrive.wait()
        return await shelf.acquire("a")

    async def main() -> None:
        shelf, arrive = Shelf(fail_acquire="b"), asyncio.Event()
        with pytest.raises(ShelfError):
            await asyncio.gather(late(shelf, arrive), shelf.acquire("b"))
        assert shelf.held == []
        arrive.set()
        await asyncio.sleep(0.01)
        assert shelf.held == ["a"]

    asyncio.run(main())


def test_fact_28a_a_real_pool_loses_a_connection() -> None:
    import asyncpg

    from asyncwith import postgres

    async def idle(way: Callable[[Any], Awaitable[object]]) -> int:
        pool = await asyncpg.create_pool(postgres.dsn(), min_size=2, max_size=2)
        busy = await pool.acquire()
        with pytest.raises(TimeoutError):
            await way(pool)
        await pool.release(busy)
        gc.collect()
        count = pool.get_idle_size()
        pool.terminate()
        return int(count)

    async def both(pool: Any) -> None:
        await asyncio.gather(pool.acquire(timeout=0.05), pool.acquire(timeout=0.05))

    async def stacked(pool: Any) -> None:
        async with AsyncExitStack() as stack:
            for _ in range(2):
                await stack.enter_async_context(pool.acquire(timeout=0.05))

    assert asyncio.run(idle(both)) == 1
    assert asyncio.run(idle(stacked)) == 2


def test_fact_28b_a_group_inside_a_stack_leaks_nothing() -> None:
    @asynccontextmanager
    async def grouped(shelf: Shelf) -> AsyncGenerator[None]:
        async def take(name: str, pause: int) -> None:
            for _ in range(pause):
                await asyncio.sleep(0)
            await shelf.acquire(name)
            stack.push_async_callback(shelf.release, name)

        async with AsyncExitStack() as stack:
            async with asyncio.TaskGroup() as group:
                group.create_task(take("a", 0))
                group.create_task(take("b", 3))
            yield

    async def cancelled_after(turns: int) -> list[str]:
        """Cancelled while the group waits, also when one has arrived already."""
        shelf = Shelf()

        async def work() -> None:
            async with grouped(shelf):
                await asyncio.sleep(60)

        task = asyncio.create_task(work())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return shelf.held

    async def main() -> None:
        for refuse in (None, "a", "b"):
            shelf = Shelf(fail_acquire=refuse)
            report = await sweep_task(grouped, shelf=shelf, raises=ExceptionGroup)
            assert report.leaks == []
        for turns in range(9):
            assert await cancelled_after(turns) == []

    asyncio.run(main())


@asynccontextmanager
async def bare(shelf: Shelf) -> AsyncGenerator[None]:
    await shelf.acquire("a")
    await shelf.acquire("b")
    yield
    await shelf.release("b")
    await shelf.release("a")


@asynccontextmanager
async def one_try(shelf: Shelf) -> AsyncGenerator[None]:
    await shelf.acquire("a")
    await shelf.acquire("b")
    try:
        yield
    finally:
        await shelf.release("b")
        await shelf.release("a")


class Pair:
    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    async def __aenter__(self) -> None:
        await self.shelf.acquire("a")
        await self.shelf.acquire("b")

    async def __aexit__(self, *details: object) -> None:
        await self.shelf.release("b")
        await self.shelf.release("a")


@asynccontextmanager
async def nested(shelf: Shelf) -> AsyncGenerator[None]:
    await shelf.acquire("a")
    try:
        await shelf.acquire("b")
        try:
            yield
        finally:
            await shelf.release("b")
    finally:
        await shelf.release("a")


@asynccontextmanager
async def stacked(shelf: Shelf) -> AsyncGenerator[None]:
    async with AsyncExitStack() as stack:
        for name in ("a", "b"):
            stack.push_async_callback(shelf.release, await shelf.acquire(name))
        yield


def test_fact_28c_where_each_design_leaks() -> None:
    async def on_the_loop(design: Any) -> Report:
        return await sweep_task(design, shelf=Shelf())

    wanted: dict[Any, list[int]] = {
        bare: [2, 3, 4],
        one_try: [2, 4],
        Pair: [2, 4],
        nested: [],
        stacked: [],
    }
    for design, leaks in wanted.items():
        by_hand, as_task = sweep(design), asyncio.run(on_the_loop(design))
        assert by_hand.leaks == as_task.leaks == leaks
        assert len(by_hand.outcomes) == 6
        assert sweep(design, shelf=Shelf(fail_acquire="b"))[0].leaks == bool(leaks)
    assert sweep(nested, twice=True).clean
    assert sweep(stacked, twice=True).clean


def test_fact_28d_a_wait_before_the_push_is_a_gap() -> None:
    async def scenario(shelf: Shelf) -> None:
        async with AsyncExitStack() as stack:
            await shelf.acquire("a")
            await checkpoint("log")
            stack.push_async_callback(shelf.release, "a")

    report = sweep(scenario)
    assert [report[point].place for point in report.leaks] == ["log"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_fact_28e_a_scope_cancels_each_release(backend: str) -> None:
    class AnyShelf(Shelf):
        """A shelf whose waits are AnyIO's, so that Trio's loop takes them."""

        async def acquire(self, name: str) -> str:
            await anyio.lowlevel.checkpoint()
            self.held.append(name)
            return name

        async def release(self, name: str) -> None:
            self.held.remove(name)
            await anyio.lowlevel.checkpoint()

    async def main(design: Any) -> list[str]:
        shelf = AnyShelf()
        with anyio.CancelScope() as scope:
            async with design(shelf):
                scope.cancel()
                await anyio.lowlevel.checkpoint()
        return shelf.held

    assert anyio.run(main, one_try, backend=backend) == ["a"]
    assert anyio.run(main, nested, backend=backend) == []
    assert anyio.run(main, stacked, backend=backend) == []


# --- headers


def test_fact_029_the_first_exits_when_the_second_is_refused() -> None:
    async def main(log: Log) -> None:
        async with noted("a", log), refused():
            log.append("body")

    log: Log = []
    with pytest.raises(ConnectionRefusedError):
        asyncio.run(main(log))
    assert log == ["+a", "-a"]


def test_fact_29a_the_second_expression_is_inside_the_first_block() -> None:
    async def main(log: Log) -> None:
        async with noted("a", log), noted(url, log):  # type: ignore[name-defined]  # noqa: F821
            log.append("body")

    log: Log = []
    with pytest.raises(NameError):
        asyncio.run(main(log))
    assert log == ["+a", "-a"]


def test_fact_29b_three_spellings_one_ledger() -> None:
    async def blocks(log: Log) -> None:
        async with noted("a", log):  # noqa: SIM117 - the subject
            async with noted("b of a", log):
                log.append("body")

    async def comma(log: Log) -> None:
        async with noted("a", log) as a, noted(f"b of {a}", log):
            log.append("body")

    async def parentheses(log: Log) -> None:
        async with (
            noted("a", log) as a,
            noted(f"b of {a}", log),
        ):
            log.append("body")

    for spelling in (blocks, comma, parentheses):
        log: Log = []
        asyncio.run(spelling(log))
        assert log == ["+a", "+b of a", "body", "-b of a", "-a"]


def test_fact_030_sync_and_async_do_not_mix() -> None:
    async def main(log: Log) -> None:
        async with noted("a", log), contextlib.suppress(KeyError):  # type: ignore[attr-defined]
            log.append("body")

    log: Log = []
    text = "'suppress' object does not support the asynchronous context manager"
    with pytest.raises(TypeError, match=text):
        asyncio.run(main(log))
    assert log == ["+a", "-a"]


def test_fact_30a_the_proposed_header_is_no_syntax() -> None:
    source = "async def f():\n    with (async a(), b()):\n        pass\n"
    with pytest.raises(SyntaxError):
        compile(source, "proposal", "exec")
    compile(source.replace("async a", "a"), "today", "exec")


def test_fact_031_which_side_each_is_on() -> None:
    def sides(kind: type) -> tuple[bool, bool]:
        return hasattr(kind, "__enter__"), hasattr(kind, "__aenter__")

    assert sides(contextlib.nullcontext) == (True, True)
    for kind in (contextlib.suppress, contextlib.closing, ExitStack):
        assert sides(kind) == (True, False)
    for kind in (contextlib.aclosing, AsyncExitStack):
        assert sides(kind) == (False, True)


def test_fact_31a_nullcontext_leaves_it_open() -> None:
    async def main(log: Log) -> None:
        async with noted("session", log) as session:
            async with contextlib.nullcontext(session) as same:
                log.append(f"use {same}")
            log.append("still open")

    log: Log = []
    asyncio.run(main(log))
    assert log == ["+session", "use session", "still open", "-session"]
