"""The facts of chapter 7, each asserted by running code of its own.

What happens in time happens in virtual time; signals hit processes of their own.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import tomllib
import warnings
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import anyio
import pytest

from asyncwith import run_script, run_virtual

TABLE = tomllib.loads(Path(__file__).with_name("07_cancellation.toml").read_text())
RECORDED = {f["number"]: f["recorded"] for f in TABLE["fact"] if "recorded" in f}

Way = Callable[[Coroutine[Any, Any, None]], Awaitable[object]]


async def directly(closing: Coroutine[Any, Any, None]) -> None:
    await closing


async def until_done(closing: Coroutine[Any, Any, None]) -> None:
    task, cancellation = asyncio.create_task(closing), None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation:
        raise cancellation


def times(way: Way, cancels: int, patience: float = 60) -> dict[str, float]:
    """When a task cancelled each second ended, and its cleanup of 2 s, if ever."""
    seen: dict[str, float] = {}

    async def close() -> None:
        await asyncio.sleep(1)
        await asyncio.sleep(1)
        seen["closed"] = asyncio.get_running_loop().time()

    async def work() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            await way(close())

    async def main() -> None:
        task = asyncio.create_task(work())
        for _ in range(cancels):
            await asyncio.sleep(1)
            task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        seen["ended"] = asyncio.get_running_loop().time()
        if patience:
            await asyncio.sleep(patience)

    run_virtual(main())
    return seen


def test_fact_054_one_cancel_lets_cleanup_await_a_second_cuts_it() -> None:
    assert times(directly, 1) == {"closed": 3, "ended": 3}
    assert times(directly, 2) == {"ended": 2}


def test_fact_055_a_shield_finishes_after_a_loop_of_shields_before() -> None:
    assert times(asyncio.shield, 2) == {"closed": 3, "ended": 2}
    assert times(until_done, 2) == {"closed": 3, "ended": 3}


def test_fact_55a_the_end_of_the_loop_cancels_what_is_shielded() -> None:
    assert times(asyncio.shield, 2, patience=0) == {"ended": 2}


SCOPES = """
import anyio, {library}

async def main():
    for shield in (False, True):
        closed = False
        with {library}.CancelScope() as scope:
            scope.cancel()
            try:
                await {library}.sleep(60)
            finally:
                with {library}.CancelScope(shield=shield):
                    await {library}.sleep(0)
                    closed = True
        print(closed)

{library}.run(main)
"""


@pytest.mark.parametrize("library", ["trio", "anyio"])
def test_fact_056_a_cancelled_scope_cuts_every_unshielded_wait(library: str) -> None:
    done = run_script(SCOPES.format(library=library))
    assert done.stdout.split() == ["False", "True"], done.stderr
    assert times(directly, 1)["closed"] == 3  # asyncio: not cut


def test_fact_56a_asyncio_code_in_a_scope_is_cut_in_each_turn() -> None:
    async def main(shielded: bool) -> tuple[int, bool]:
        cuts, closed = 0, False

        async def close() -> None:
            nonlocal closed
            for _ in range(50):
                await asyncio.sleep(0)
            closed = True

        with anyio.CancelScope() as scope:
            scope.cancel()
            try:
                await asyncio.sleep(60)
            finally:
                closing = asyncio.create_task(close())
                while shielded and not closing.done():
                    try:
                        await asyncio.shield(closing)
                    except asyncio.CancelledError:
                        cuts += 1
                await closing
        return cuts, closed

    cuts, closed = asyncio.run(main(shielded=True))
    assert cuts >= 50
    assert closed
    assert asyncio.run(main(shielded=False)) == (0, False)


async def bounded_by(seconds: float) -> None:
    """Work, then a cleanup of an hour that has a deadline."""
    try:
        await asyncio.sleep(60)
    finally:
        async with asyncio.timeout(seconds):
            await asyncio.sleep(3600)


def test_fact_057_a_timeout_works_under_one_that_has_expired() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await bounded_by(5)
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 6


@pytest.mark.xfail(
    sys.version_info < (3, 11, 3), strict=True, reason="gh-102780, mended in 3.11.3"
)
def test_fact_57a_an_uncaught_timeout_replaces_the_cancellation() -> None:
    async def main() -> asyncio.Task[None]:
        task = asyncio.create_task(bounded_by(5))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        return task

    task = run_virtual(main())
    assert not task.cancelled()
    assert isinstance(task.exception(), TimeoutError)


RETURNS = """
async def work():
    try:
        await asyncio.sleep(60)
    finally:
        return "partial"
"""


async def polite() -> str:
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(60)
    return "partial"


def test_fact_058_a_swallowed_cancellation_leaves_a_count() -> None:
    names: dict[str, Any] = {"asyncio": asyncio}
    with warnings.catch_warnings(action="ignore", category=SyntaxWarning):
        exec(RETURNS, names)

    async def main(work: Callable[[], Coroutine[Any, Any, str]]) -> None:
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel()
        assert await task == "partial"
        assert not task.cancelled()
        assert task.cancelling() == 1

    asyncio.run(main(names["work"]))
    asyncio.run(main(polite))


def test_fact_58a_python_3_14_warns_of_return_in_finally() -> None:
    with warnings.catch_warnings(record=True, action="always") as noticed:
        compile(RETURNS, "cell", "exec", dont_inherit=True)
    said = [f"{one.category.__name__}: {one.message}" for one in noticed]
    recorded = [RECORDED["58a"]["output"]]
    assert said == (recorded if sys.version_info >= (3, 14) else [])


@pytest.mark.parametrize("waits", [False, True], ids=["await", "wait"])
def test_fact_58b_awaiting_a_child_catches_ones_own_cancellation(waits: bool) -> None:
    async def child() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(1)

    async def parent() -> None:
        task = asyncio.create_task(child())
        await asyncio.sleep(0)
        task.cancel()
        if waits:
            await asyncio.wait([task])
            return
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def main() -> bool:
        task = asyncio.create_task(parent())
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert run_virtual(main()) is waits


SERVICE = """
import asyncio, signal, sys

async def close():
    print("closing")
    await asyncio.sleep(0.4)
    print("closed")

async def until_done(closing):
    task = asyncio.create_task(closing)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            pass

async def main():
    if "handle" in sys.argv:
        task = asyncio.current_task()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        print("working")
        await asyncio.sleep(60)
    finally:
        await (until_done(close()) if "shield" in sys.argv else close())

try:
    asyncio.run(main())
except asyncio.CancelledError:
    sys.exit(7)
"""


def ending(*args: str, **send: signal.Signals) -> tuple[list[str], int]:
    done = run_script(SERVICE, args=args, send=send)
    return done.stdout.split()[1:], done.returncode


def test_fact_059_the_second_ctrl_c_aborts_the_cleanup() -> None:
    sigint = signal.SIGINT
    assert ending(working=sigint) == (["closing", "closed"], -2)
    assert ending(working=sigint, closing=sigint) == (["closing"], -2)
    assert ending("shield", working=sigint, closing=sigint) == (["closing"], -2)


def test_fact_060_sigterm_runs_no_cleanup_unless_handled() -> None:
    assert ending(working=signal.SIGTERM) == ([], -15)
    assert ending("handle", working=signal.SIGTERM) == (["closing", "closed"], 7)
