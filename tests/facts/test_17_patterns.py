"""The facts of chapter 17, asserted on the very definitions of its cells."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import pytest
from aiolimiter import AsyncLimiter
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from asyncwith import run_virtual, sweep, sweep_task

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "17_patterns.ipynb"
CELLS = {
    cell["id"]: "".join(cell["source"])
    for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    if cell["cell_type"] == "code"
}


def defined(*cells: str) -> Any:
    """The definitions of some cells, without running what else they do."""
    names: dict[str, Any] = {}
    for cell in ("imports", "circuit-open", *cells):
        tree = ast.parse(CELLS[cell])
        kinds = (ast.Import, ast.ImportFrom, ast.ClassDef)
        kinds += (ast.FunctionDef, ast.AsyncFunctionDef)
        tree.body = [node for node in tree.body if isinstance(node, kinds)]
        exec(compile(tree, cell, "exec"), names)
    return SimpleNamespace(**names)


def clock() -> float:
    return asyncio.get_running_loop().time()


def printed_by(coroutine: Any) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        run_virtual(coroutine)
    return out.getvalue()


def test_fact_118c_the_stack_of_undo_steps_is_all_or_nothing() -> None:
    book_trip = defined("all-or-nothing").book_trip
    report = sweep(book_trip, twice=True)
    assert report[0].held == ("flight", "hotel", "car")
    assert report.leaks == [0]
    assert len(report.outcomes) > 4
    assert not report.swallowed


def test_fact_118d_a_level_for_each_thing_that_is_held() -> None:
    assert sweep(defined("unit-broken").unit_of_work, twice=True).leaks == [2]
    assert sweep(defined("unit-repaired").unit_of_work, twice=True).clean


def test_fact_118e_three_of_six_calls_reach_the_provider() -> None:
    chapter = defined("breaker-class", "flaky")
    breaker, ledger = chapter.Breaker(limit=2, pause=1.5), {}

    async def client(first: float) -> None:
        await asyncio.sleep(first)
        for _ in range(5):
            moment = clock()
            try:
                async with breaker.call():
                    await chapter.flaky()
                ledger[moment] = "answered"
            except (chapter.CircuitOpen, TimeoutError) as error:
                ledger[moment] = type(error).__name__
            await asyncio.sleep(moment + 2 - clock())

    async def main() -> None:
        await asyncio.gather(client(0), client(0.5))

    run_virtual(main())
    reached = [at for at, how in ledger.items() if how == "TimeoutError"]
    assert sorted(reached) == [0, 0.5, 4]
    assert sum(at < 6 for at in ledger) == 6
    assert ledger[6] == "CircuitOpen"
    assert [ledger[at] for at in (6.5, 8, 8.5)] == ["answered"] * 3


def test_fact_118f_a_cancelled_trial_makes_room() -> None:
    chapter = defined("breaker-class")

    async def main() -> None:
        breaker = chapter.Breaker(limit=1, pause=1)
        with contextlib.suppress(OSError):
            async with breaker.call():
                raise OSError
        await asyncio.sleep(1)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1), breaker.call():
                await asyncio.sleep(60)
        async with breaker.call():
            with pytest.raises(chapter.CircuitOpen):
                async with breaker.call():
                    pass
        assert breaker.failures == 0

    run_virtual(main())


def test_fact_w1_a_bulkhead_bounds_the_queue_too() -> None:
    chapter = defined("pain", "semaphore-only", "bulkhead-class")
    bulkhead = chapter.Bulkhead(5, 2)

    async def pay() -> None:
        async with bulkhead.place():
            await chapter.provider()

    def waited(pay: Any) -> int:
        return int(printed_by(chapter.shop(pay)).split()[-2])

    alone = waited(chapter.provider)
    assert waited(chapter.limited(chapter.provider, 5)) > alone > 100
    assert waited(pay) == 0


def test_fact_w2_purgatory_counts_a_cancellation() -> None:
    async def answered(sequence: str, **settings: Any) -> bool:
        factory = AsyncCircuitBreakerFactory(default_threshold=3, **settings)
        for call in sequence:
            with contextlib.suppress(TimeoutError, OSError):
                async with asyncio.timeout(1), await factory.get_breaker("payments"):
                    if call == "f":
                        raise OSError
                    await asyncio.sleep(60)
        try:
            async with await factory.get_breaker("payments"):
                return True
        except OpenedState:
            return False

    excluding = {"exclude": [asyncio.CancelledError]}
    assert not run_virtual(answered("ccc"))
    assert run_virtual(answered("ccc", **excluding))
    assert not run_virtual(answered("fff", **excluding))
    assert run_virtual(answered("ffcff", **excluding))  # it began to count anew


def test_fact_w4_a_timeout_outside_never_opens_the_breaker() -> None:
    chapter = defined("pain", "breaker-class", "timeout-side")
    assert "inside: 2.0 s" in printed_by(chapter.six_calls(chapter.inside))
    assert "outside: 6.0 s" in printed_by(chapter.six_calls(chapter.outside))


async def moments(limiter: Any, calls: int, leave: int = 0) -> list[float]:
    seen: list[float] = []

    async def call() -> None:
        async with limiter:
            seen.append(clock())
            await asyncio.sleep(1)

    tasks = [asyncio.create_task(call()) for _ in range(calls)]
    await asyncio.sleep(0.1)
    for task in tasks[1 : 1 + leave]:
        task.cancel()
    await asyncio.wait(tasks)
    return seen


def test_fact_w5_a_lock_that_is_only_the_queue() -> None:
    chapter = defined("paced", "locked")
    assert run_virtual(moments(chapter.Locked(0.5), 4)) == [0, 1.5, 3, 4.5]
    assert run_virtual(moments(chapter.Paced(0.5), 4)) == [0, 0.5, 1, 1.5]
    assert run_virtual(moments(chapter.Paced(0.5), 9, leave=5)) == [0, 0.5, 1, 1.5]


def test_fact_w6_aiolimiter_begins_seven_in_the_first_second() -> None:
    seen = run_virtual(moments(AsyncLimiter(4, 1), 10))
    assert sum(moment < 1 for moment in seen) == 7
    seen = run_virtual(moments(AsyncLimiter(1, 0.25), 10))
    assert sum(moment < 1 for moment in seen) == 4
    seen = run_virtual(moments(AsyncLimiter(1, 0.5), 9, leave=5))
    assert seen == [0, 0.5, 1, 1.5]  # who gives up takes no turn


def test_fact_w7_eight_payments_reach_the_provider() -> None:
    chapter = defined("pain", "bulkhead-class", "breaker-class", "paced")
    places, breaker = chapter.Bulkhead(5, 2), chapter.Breaker(3, 10)
    pace, reached = chapter.Paced(0.5), 0

    async def pay() -> None:
        nonlocal reached
        async with places.place(), breaker.call(), pace, asyncio.timeout(2):
            reached += 1
            await chapter.provider()

    assert "after 0 s" in printed_by(chapter.shop(pay))
    assert reached == breaker.failures == 8


def test_fact_w8_the_holder_stops_before_the_lease_ends() -> None:
    chapter = defined("store", "lease-function")

    async def main() -> None:
        store, loop = chapter.Store(), asyncio.get_running_loop()
        loop.call_later(20, setattr, store, "delay", 3600)
        stopped = 0.0
        with pytest.raises(TimeoutError):
            async with chapter.lease(store, 9):
                try:
                    await asyncio.sleep(3600)
                finally:
                    stopped = clock()
        assert 20 < stopped < store.until < stopped + 0.2
        assert clock() < stopped + 9.1

    run_virtual(main())


def test_fact_w10_a_supervisor_loses_no_failure() -> None:
    chapter = defined("background", "supervised")
    assert printed_by(chapter.day(chapter.background)) == "a good day\n"
    with pytest.raises(ExceptionGroup) as caught:
        run_virtual(chapter.day(chapter.supervised))
    (given_up,) = caught.value.exceptions
    assert [str(error) for error in given_up.exceptions] == ["mail server gone"] * 4

    async def rude() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise OSError("not flushed")

    async def main() -> None:
        async with chapter.supervised(rude):
            await asyncio.sleep(1)

    with pytest.raises(ExceptionGroup, match="unhandled") as caught:
        run_virtual(main())
    assert str(caught.value.exceptions[0]) == "not flushed"


def test_fact_w11_five_patterns_swept_leave_nothing() -> None:
    chapter = defined(
        "bulkhead-class", "breaker-class", "paced", "store", "lease-function",
        "background", "supervised",
    )  # fmt: skip

    async def later(held: Any) -> list[str]:
        await asyncio.sleep(9)
        return ["held"] * held()

    async def main() -> None:
        places, pace = chapter.Bulkhead(1, 1), chapter.Paced(1)
        breaker, store = chapter.Breaker(1, 9), chapter.Store()
        breaker.failures = 1

        async def neighbour() -> None:
            while True:
                async with places.place():
                    await asyncio.sleep(1)

        busy = asyncio.create_task(neighbour())
        for enter, held, points in (
            (places.place, lambda: places.room < 1, 2),
            (breaker.call, lambda: breaker.open_until > clock(), 1),
            (lambda: pace, pace.queue.locked, 2),
            (lambda: chapter.lease(store, 9), lambda: store.until > clock(), 7),
            (lambda: chapter.supervised(chapter.mailer), bool, 4),
        ):
            report = await sweep_task(
                enter, leaked=lambda held=held: later(held), twice=True
            )
            assert len(report.outcomes) == points + 1
            assert report.clean, report
        busy.cancel()

    run_virtual(main())


def test_fact_w12_anyio_knows_the_borrower() -> None:
    chapter = defined("pain", "breaker-class")

    async def main() -> None:
        limiter, breaker = anyio.CapacityLimiter(1), chapter.Breaker(1, 60)
        async with limiter:
            with pytest.raises(RuntimeError, match="already holding"):
                await limiter.acquire()
        with anyio.move_on_after(1) as scope:
            async with breaker.call():
                await chapter.provider()
        assert scope.cancelled_caught
        assert breaker.failures == 0

    run_virtual(main())


def test_fact_w13_each_pattern_has_at_most_thirty_lines() -> None:
    patterns = {
        "bulkhead-class": "Bulkhead",
        "breaker-class": "Breaker",
        "paced": "Paced",
        "unit-repaired": "unit_of_work",
        "lease-function": "lease",
        "supervised": "supervised",
    }
    for cell, name in patterns.items():
        (node,) = [
            node
            for node in ast.parse(CELLS[cell]).body
            if getattr(node, "name", "") == name
        ]
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        assert 1 <= node.end_lineno - first + 1 <= 30, name
