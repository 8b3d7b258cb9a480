"""The facts of chapter 10, each asserted by running code of its own."""

from __future__ import annotations

import asyncio
import gc
import sys
import tomllib
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import Context, ContextVar, copy_context
from pathlib import Path
from typing import Any

import anyio
import pytest

from asyncwith import run_script, run_virtual

TABLE = tomllib.loads(Path(__file__).with_name("10_context.toml").read_text())
RECORDED = {f["number"]: f["recorded"] for f in TABLE["fact"] if "recorded" in f}

value: ContextVar[str] = ContextVar("value", default="none")


@contextmanager
def bound(text: str) -> Generator[None]:
    token = value.set(text)
    try:
        yield
    finally:
        value.reset(token)


async def read() -> str:
    return value.get()


async def set_inner() -> None:
    value.set("inner")


def in_a_context(main: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run a coroutine function in virtual time and in a context of its own."""
    return Context().run(lambda: run_virtual(main()))


def test_fact_061_a_manager_sets_for_its_body_and_its_children() -> None:
    @asynccontextmanager
    async def manager() -> AsyncGenerator[None]:
        with bound("inner"):
            await asyncio.sleep(1)
            yield

    async def main() -> list[str]:
        async with manager():
            seen = [value.get()]
            child = asyncio.create_task(read())
        return [*seen, value.get(), await child]

    assert in_a_context(main) == ["inner", "none", "inner"]


def test_fact_61a_create_task_copies_at_once() -> None:
    async def main() -> str:
        value.set("first")
        task = asyncio.create_task(read())
        value.set("second")
        return await task

    assert in_a_context(main) == "first"


async def in_a_group(work: Coroutine[Any, Any, None]) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(work)


async def in_a_timeout(work: Coroutine[Any, Any, None]) -> None:
    async with asyncio.timeout(60):
        await work


async def plainly(work: Coroutine[Any, Any, None]) -> None:
    await work


def seen_by_caller(way: Callable[[Coroutine[Any, Any, None]], Awaitable[Any]]) -> str:
    async def main() -> str:
        await way(set_inner())
        return value.get()

    seen: str = in_a_context(main)
    return seen


def test_fact_61b_what_makes_a_task_copies_and_the_rest_does_not() -> None:
    assert seen_by_caller(plainly) == seen_by_caller(in_a_timeout) == "inner"
    for way in (in_a_group, asyncio.gather, asyncio.shield):
        assert seen_by_caller(way) == "none"


def test_fact_61c_wait_for_makes_a_task_up_to_3_11() -> None:
    assert RECORDED["61c"]["output"] == "nobody"
    own_task = sys.version_info < (3, 12)
    seen = seen_by_caller(lambda work: asyncio.wait_for(work, 60))
    assert seen == ("none" if own_task else "inner")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with 3.12")
def test_fact_61d_an_eager_task_runs_in_a_copy_and_is_current() -> None:
    async def main() -> str:
        loop, creator = asyncio.get_running_loop(), asyncio.current_task()
        loop.set_task_factory(getattr(asyncio, "eager_task_factory"))  # noqa: B009
        value.set("outer")
        same = []

        async def eager() -> None:
            same.append(asyncio.current_task() is creator)
            value.set("inner")

        done = asyncio.create_task(eager()).done()
        return f"{done} {same[0]} {value.get()}"

    assert in_a_context(main) == RECORDED["61d"]["output"]


def test_fact_61e_to_thread_copies_and_run_in_executor_does_not() -> None:
    async def main() -> tuple[str, str]:
        value.set("outer")
        loop = asyncio.get_running_loop()
        return (
            await asyncio.to_thread(value.get),
            await loop.run_in_executor(None, value.get),
        )

    assert Context().run(lambda: asyncio.run(main())) == ("outer", "none")


def test_fact_61f_an_empty_context_has_no_variable() -> None:
    async def main() -> str:
        value.set("outer")
        return await asyncio.create_task(read(), context=Context())

    assert in_a_context(main) == "none"


async def labelled_items() -> AsyncGenerator[int]:
    with bound("generator"):
        yield 1
        yield 2


def test_fact_61g_a_generator_sets_for_its_consumer() -> None:
    async def main() -> list[str]:
        value.set("consumer")
        items, seen = labelled_items(), []
        async for _ in items:
            seen.append(value.get())
            break
        seen.append(value.get())
        await items.aclose()
        return seen

    assert in_a_context(main) == ["generator", "generator"]


def test_fact_61h_what_is_not_reset_is_there_for_the_next() -> None:
    async def main() -> list[str]:
        seen = []
        for request in ("ada", None):
            if request:
                value.set(request)
            seen.append(value.get())
        return seen

    assert in_a_context(main) == ["ada", "ada"]


def test_fact_062_a_token_is_reset_where_it_was_made() -> None:
    async def main() -> None:
        items = labelled_items()
        await anext(items)
        with pytest.raises(ValueError, match="was created in a different Context"):
            await asyncio.create_task(closed(items))
        token = value.set("outer")
        with pytest.raises(ValueError, match="was created in a different Context"):
            await asyncio.create_task(reset(token))
        value.reset(token)

    async def closed(items: AsyncGenerator[int]) -> None:
        await items.aclose()

    async def reset(token: Any) -> None:
        value.reset(token)

    in_a_context(main)


async def fill(stack: AsyncExitStack, manager: Any) -> None:
    if hasattr(manager, "__aenter__"):
        await stack.enter_async_context(manager)
    else:
        stack.enter_context(manager)


def left_elsewhere(make: Callable[[], Any], *, one_context: bool = False) -> str:
    """Enter in one task, leave in another: the exception's name, or silent."""

    async def main() -> str:
        stack, context = AsyncExitStack(), copy_context() if one_context else None
        await asyncio.create_task(fill(stack, make()), context=context)
        try:
            await asyncio.create_task(stack.aclose(), context=context)
        except Exception as error:
            return type(error).__name__
        return "silent"

    seen: str = in_a_context(main)
    return seen


def test_fact_62a_two_tasks_of_one_context_share_a_token() -> None:
    assert left_elsewhere(lambda: bound("inner")) == "ValueError"
    assert left_elsewhere(lambda: bound("inner"), one_context=True) == "silent"


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="a manager from 3.14 on")
def test_fact_62b_a_token_is_no_manager() -> None:
    def main() -> tuple[str, str]:
        try:
            with value.set("inner"):  # type: ignore[attr-defined,unused-ignore]
                pass
        except TypeError as error:
            return f"TypeError: {error}", value.get()
        return "", ""

    said, after = Context().run(main)
    assert said == RECORDED["62b"]["output"]
    assert after == "inner"


def test_fact_62c_after_a_break_the_error_reaches_no_caller() -> None:
    async def main() -> list[str]:
        said: list[str] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda loop, context: said.append(str(context["exception"]))
        )
        async for _ in labelled_items():
            break
        for _ in range(3):
            await asyncio.sleep(0)
        gc.collect()
        return [text.rpartition("> ")[2] for text in said]

    said = Context().run(lambda: asyncio.run(main()))
    assert said == ["was created in a different Context"]


@pytest.mark.parametrize("one_context", [False, True])
def test_fact_063_asyncio_is_silent_and_anyio_raises(one_context: bool) -> None:
    silent = (lambda: asyncio.timeout(60), asyncio.TaskGroup, asyncio.Lock)
    checked = (anyio.CancelScope, anyio.create_task_group, anyio.Lock)
    for make in silent:
        assert left_elsewhere(make, one_context=one_context) == "silent"
    for make in checked:
        assert left_elsewhere(make, one_context=one_context) == "RuntimeError"


def test_fact_63a_a_timeout_cancels_the_task_that_entered_it() -> None:
    async def main() -> tuple[bool, bool, object]:
        limit = asyncio.timeout(10)

        async def enters() -> None:
            await limit.__aenter__()
            await asyncio.sleep(60)

        async def leaves() -> object:
            await asyncio.sleep(30)
            return await limit.__aexit__(None, None, None)

        first = asyncio.create_task(enters())
        second = asyncio.create_task(leaves())
        await asyncio.wait([first, second])
        return first.cancelled(), second.cancelled(), second.result()

    assert in_a_context(main) == (True, False, None)


async def fails() -> None:
    await asyncio.sleep(2)
    raise OSError("connection lost")


def test_fact_63b_a_group_cancels_the_task_that_entered_it() -> None:
    async def main() -> tuple[bool, list[type]]:
        group = asyncio.TaskGroup()

        async def enters() -> None:
            await group.__aenter__()
            group.create_task(fails())
            await asyncio.sleep(60)

        task = asyncio.create_task(enters())
        await asyncio.wait([task])
        try:
            await group.__aexit__(None, None, None)
        except ExceptionGroup as errors:
            return task.cancelled(), [type(one) for one in errors.exceptions]
        return task.cancelled(), []

    assert in_a_context(main) == (True, [OSError])


def test_fact_63c_an_owned_group_harms_nobody_else() -> None:
    async def main() -> tuple[str, list[type]]:
        entered, leave = asyncio.Event(), asyncio.Event()

        async def own() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(fails())
                entered.set()
                await leave.wait()

        async def starts() -> str:
            await entered.wait()
            await asyncio.sleep(60)
            return "served"

        owner = asyncio.create_task(own())
        served = await asyncio.create_task(starts())
        try:
            await owner
        except ExceptionGroup as errors:
            return served, [type(one) for one in errors.exceptions]
        return served, []

    assert in_a_context(main) == ("served", [OSError])


TEST_CASE = """
import asyncio, unittest
from contextvars import ContextVar

value = ContextVar("value", default="none")

class Case(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.task, self.token = asyncio.current_task(), value.set("set up")

    async def test_it(self):
        print(asyncio.current_task() is self.task, value.get())

    async def asyncTearDown(self):
        value.reset(self.token)
        print(asyncio.current_task() is self.task, value.get())

unittest.main()
"""


def test_fact_63d_a_test_case_has_tasks_and_one_context() -> None:
    done = run_script(TEST_CASE)
    assert done.stdout.splitlines() == ["False set up", "False none"], done.stderr
    assert done.returncode == 0


def test_fact_63e_a_lock_binds_when_somebody_waits() -> None:
    lock = asyncio.Lock()

    async def use() -> None:
        async with lock:
            await asyncio.sleep(1)

    async def main(number: int) -> None:
        await asyncio.gather(*[use() for _ in range(number)])

    for number in (1, 1, 2, 1):
        run_virtual(main(number))
    with pytest.raises(RuntimeError, match="is bound to a different event loop"):
        run_virtual(main(2))


def test_fact_63f_a_future_is_bound_when_it_is_made() -> None:
    async def waits(future: asyncio.Future[None]) -> None:
        await future

    async def main() -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with pytest.raises(RuntimeError, match="attached to a different loop"):
            run_virtual(waits(future))

    asyncio.run(main())


TRIO = """
import sys, trio
from contextlib import AsyncExitStack

async def fill(stack, manager):
    if hasattr(manager, "__aenter__"):
        await stack.enter_async_context(manager)
    else:
        stack.enter_context(manager)

async def main(make):
    stack = AsyncExitStack()
    for step in ((fill, stack, make()), (stack.aclose,)):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(*step)

try:
    trio.run(main, getattr(trio, sys.argv[1]))
    print("silent")
except* RuntimeError:
    print("RuntimeError")
"""


def test_fact_63g_trio_checks_nursery_and_lock_not_the_scope() -> None:
    def left(name: str) -> str:
        return run_script(TRIO, args=[name]).stdout.strip()

    assert left("CancelScope") == "silent"
    assert left("Lock") == left("open_nursery") == "RuntimeError"


def test_fact_63h_anyios_lock_knows_its_holder() -> None:
    async def main() -> None:
        lock = anyio.Lock()
        with pytest.raises(RuntimeError, match="already held Lock"):
            async with lock, lock:
                pass

    in_a_context(main)


def test_fact_63i_what_start_runs_owns_its_block() -> None:
    tasks: list[object] = []

    async def serve(*, task_status: Any) -> None:
        tasks.append(asyncio.current_task())
        with anyio.CancelScope() as scope:
            task_status.started(scope)
            await anyio.sleep(3600)
        tasks.append(asyncio.current_task())

    async def main() -> None:
        async with anyio.create_task_group() as group:
            scope = await group.start(serve)
            tasks.append(asyncio.current_task())
            scope.cancel()

    in_a_context(main)
    entered, starter, left = tasks
    assert entered is left
    assert entered is not starter
