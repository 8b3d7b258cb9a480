"""The facts of chapter 6, each asserted by running code of its own.

Most run in virtual time, where seconds are exact. What only a newer Python has
is compared with the recorded output where that version runs.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
import tomllib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import anyio
import pytest
import trio
import trio.testing

from asyncwith import run_virtual

TABLE = tomllib.loads(Path(__file__).with_name("06_scopes.toml").read_text("utf-8"))
RECORDED = {f["number"]: f["recorded"] for f in TABLE["fact"] if "recorded" in f}


def now() -> float:
    return asyncio.get_running_loop().time()


async def outcome(awaitable: Awaitable[Any]) -> tuple[Any, float]:
    """What an awaitable returns or raises, and the time when it does."""
    try:
        return await awaitable, now()
    except Exception as error:
        return error, now()


def test_fact_041_inside_there_is_only_a_cancellation() -> None:
    seen: list[type[BaseException]] = []

    async def main() -> None:
        async with asyncio.timeout(60):
            try:
                await asyncio.sleep(3600)
            except BaseException as error:
                seen.append(type(error))
                raise

    error, when = run_virtual(outcome(main()))
    assert seen == [asyncio.CancelledError]
    assert (type(error), when) == (TimeoutError, 60)


def test_fact_042_one_shot_reschedule_none() -> None:
    async def swallows() -> bool:
        async with asyncio.timeout(10) as limit:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(500)
            await asyncio.sleep(500)
        return limit.expired()

    async def moves() -> tuple[float | None, bool]:
        async with asyncio.timeout(10) as limit:
            await asyncio.sleep(9)
            limit.reschedule(now() + 10)
            await asyncio.sleep(9)
            limit.reschedule(None)
            await asyncio.sleep(3600)
        return limit.when(), limit.expired()

    async def moved_and_late() -> None:
        async with asyncio.timeout(10) as limit:
            limit.reschedule(now() + 20)
            await asyncio.sleep(3600)

    assert run_virtual(outcome(swallows())) == (True, 510)
    assert run_virtual(outcome(moves())) == ((None, False), 3618)
    error, when = run_virtual(outcome(moved_and_late()))
    assert (type(error), when) == (TimeoutError, 20)


def test_fact_043_a_blocking_call_is_not_timed_out() -> None:
    async def main() -> tuple[bool, float]:
        before = time.monotonic()
        async with asyncio.timeout(0.05) as limit:  # noqa: ASYNC100 - the fact
            time.sleep(0.2)  # noqa: ASYNC251 - the fact
        return limit.expired(), time.monotonic() - before

    expired, seconds = asyncio.run(main())
    assert not expired
    assert seconds >= 0.2


@pytest.mark.parametrize("work, done, raised", [(3600, 510, 510), (5, None, 10)])
def test_fact_044_cleanup_is_unbounded_or_cut(
    work: float, done: float | None, raised: float
) -> None:
    ended: list[float] = []

    async def main() -> None:
        async with asyncio.timeout(10):
            try:
                await asyncio.sleep(work)
            finally:
                await asyncio.sleep(500)
                ended.append(now())

    error, when = run_virtual(outcome(main()))
    assert (type(error), when) == (TimeoutError, raised)
    assert ended == ([] if done is None else [done])


def test_fact_045_siblings_are_cancelled_and_errors_grouped() -> None:
    first, cleanup, own = ValueError("first"), OSError("cleanup"), KeyError("body")

    async def fails() -> None:
        await asyncio.sleep(1)
        raise first

    async def sibling() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise cleanup from None

    async def tasks() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails())
            group.create_task(sibling())

    async def body() -> None:
        async with asyncio.TaskGroup():
            raise own

    error, when = run_virtual(outcome(tasks()))
    assert (type(error), error.exceptions, when) == (
        ExceptionGroup,
        (first, cleanup),
        1,
    )
    error, _ = run_virtual(outcome(body()))
    assert not isinstance(error, KeyError)
    assert error.exceptions == (own,)


@pytest.mark.parametrize("statement", ["return", "break", "continue"])
def test_fact_046_no_leaving_from_except_star(statement: str) -> None:
    code = f"def f():\n while True:\n  try: pass\n  {{}} ValueError:\n   {statement}\n"
    compile(code.format("except"), "plain", "exec")
    with pytest.raises(SyntaxError, match=r"cannot appear in an except\* block"):
        compile(code.format("except*"), "star", "exec")


def test_fact_047_return_waits_and_the_group_is_closed() -> None:
    async def returns() -> asyncio.TaskGroup:
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(9))
            return group

    async def main() -> float:
        group = await returns()
        when = now()
        late = asyncio.sleep(1)
        with pytest.raises(RuntimeError, match="is finished"):
            group.create_task(late)
        late.close()
        return when

    assert run_virtual(main()) == 9


@pytest.mark.parametrize(
    "design, found_open", [("none", False), ("inside", True), ("outside", False)]
)
def test_fact_048_a_task_and_its_resource(design: str, found_open: bool) -> None:
    state = {"open": False}

    @asynccontextmanager
    async def connection() -> AsyncGenerator[None]:
        state["open"] = True
        try:
            yield
        finally:
            state["open"] = False

    async def query() -> bool:
        await asyncio.sleep(0)
        return state["open"]

    async def main() -> bool:
        if design == "none":
            async with connection():
                task = asyncio.create_task(query())
            return await task
        if design == "inside":
            async with connection(), asyncio.TaskGroup() as group:
                task = group.create_task(query())
        else:
            async with asyncio.TaskGroup() as group, connection():
                task = group.create_task(query())
        return task.result()

    assert asyncio.run(main()) is found_open


def test_fact_049_gather_leaves_the_others_running() -> None:
    ended: list[float] = []

    async def fails() -> None:
        await asyncio.sleep(1)
        raise LookupError

    async def sibling() -> None:
        await asyncio.sleep(2)
        ended.append(now())

    async def main() -> tuple[float, list[float]]:
        _, when = await outcome(asyncio.gather(fails(), sibling()))
        before = list(ended)
        await asyncio.sleep(60)
        return when, before

    assert run_virtual(main()) == (1, [])
    assert ended == [2]


def test_fact_050_locks_barriers_and_managers() -> None:
    async def bound(manager: Any) -> Any:
        async with manager as value:
            return value

    async def main() -> list[Any]:
        barrier = asyncio.Barrier(3)
        places = await asyncio.gather(*[bound(barrier) for _ in range(3)])
        return [await bound(asyncio.Lock()), sorted(places)]

    async def twice() -> None:
        lock = asyncio.Lock()
        async with lock, lock:
            pass

    assert run_virtual(main()) == [None, [0, 1, 2]]
    with pytest.raises(RuntimeError, match="nothing can happen any more"):
        run_virtual(twice())
    assert hasattr(asyncio.Server, "__aexit__")
    for kind in (asyncio.StreamWriter, asyncio.subprocess.Process):
        assert not hasattr(kind, "__aexit__")
        assert not hasattr(kind, "__exit__")


def test_fact_051_a_runner_is_a_sync_manager() -> None:
    assert not hasattr(asyncio.Runner, "__aexit__")
    with asyncio.Runner() as runner:
        assert runner.run(asyncio.sleep(0, "ran")) == "ran"


def test_fact_51a_a_queue_can_be_shut_down() -> None:
    async def main() -> str:
        queue: Any = asyncio.Queue()
        if sys.version_info < (3, 13):
            assert not hasattr(queue, "shutdown")
            return ""
        queue.shutdown()
        with pytest.raises(Exception) as caught:
            await queue.get()
        return f"{caught.type.__module__}.{caught.type.__qualname__}"

    shown = asyncio.run(main())
    assert shown == (RECORDED["51a"]["output"] if shown else "")


def test_fact_052_a_token_is_a_manager_from_3_14() -> None:
    variable: ContextVar[str] = ContextVar("request_id", default="none")
    token: Any = variable.set("r-17")
    if sys.version_info < (3, 14):
        assert not hasattr(token, "__exit__")
        return
    with token:
        assert variable.get() == RECORDED["52"]["output"]
    assert variable.get() == "none"


@pytest.mark.parametrize(
    "outer, inner, events",
    [
        (3600, 60, [("inner", 60), ("outer", 3600)]),
        (60, 3600, [("outer", 60)]),
        (60, 60, [("outer", 60)]),
    ],
)
def test_fact_s1_nested_timeouts(
    outer: float, inner: float, events: list[tuple[str, float]]
) -> None:
    seen: list[tuple[str, float]] = []

    async def main() -> None:
        try:
            async with asyncio.timeout(outer):
                try:
                    async with asyncio.timeout(inner):
                        await asyncio.sleep(86_400)
                except TimeoutError:
                    seen.append(("inner", now()))
                    await asyncio.sleep(86_400)
        except TimeoutError:
            seen.append(("outer", now()))

    run_virtual(main())
    assert seen == events


def test_fact_s2_the_order_of_timeout_and_group() -> None:
    async def outside() -> None:
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(3600))

    async def inside() -> None:
        async with (  # noqa: ASYNC100 - the fact
            asyncio.TaskGroup() as group,
            asyncio.timeout(10),
        ):
            group.create_task(asyncio.sleep(3600))

    error, when = run_virtual(outcome(outside()))
    assert (type(error), when) == (TimeoutError, 10)
    assert run_virtual(outcome(inside())) == (None, 3600)


def test_fact_s3_a_cleanup_has_a_limit_of_its_own() -> None:
    async def main() -> None:
        async with asyncio.timeout(10):
            try:
                await asyncio.sleep(3600)
            finally:
                try:
                    async with asyncio.timeout(3):
                        await asyncio.sleep(500)
                except TimeoutError:
                    assert now() == 13

    error, when = run_virtual(outcome(main()))
    assert (type(error), when) == (TimeoutError, 13)


def run_trio(main: Callable[[], Awaitable[Any]]) -> Any:
    return trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


@pytest.mark.parametrize("library, run", [(anyio, run_virtual), (trio, run_trio)])
def test_fact_s4_a_cancelled_scope_stays_cancelled(
    library: Any, run: Callable[..., Any]
) -> None:
    cut: list[float] = []
    clock = anyio.current_time if library is anyio else trio.current_time

    async def refused() -> None:
        try:
            await library.sleep(500)
        except BaseException:
            cut.append(clock())

    async def main() -> bool:
        begin = clock()
        with library.move_on_after(10) as scope:
            try:
                await library.sleep(3600)
            finally:
                await refused()  # swallows, and is refused again
                await refused()
                await library.sleep(500)
                pytest.fail("the cleanup went on")
        cut[:] = [when - begin for when in cut]
        return scope.cancelled_caught

    assert run(main() if library is anyio else main) is True
    assert cut == [10, 10]


def test_fact_s5_a_server_serves_until_its_block_ends() -> None:
    async def main() -> tuple[bool, bool]:
        def refuse(reader: object, writer: asyncio.StreamWriter) -> None:
            writer.close()

        async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
            inside = server.is_serving()
        return inside, server.is_serving()

    assert asyncio.run(main()) == (True, False)


@pytest.mark.parametrize(
    "body, found", [("time.sleep(1)", True), ("await asyncio.sleep(1)", False)]
)
def test_fact_s6_ruff_finds_a_limit_without_a_wait(body: str, found: bool) -> None:
    code = (
        "import asyncio\nimport time\n\n\n"
        f"async def f():\n    async with asyncio.timeout(1):\n        {body}\n"
    )
    result = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select=ASYNC100", "-"],
        input=code,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ("ASYNC100" in result.stdout) is found, result.stderr
