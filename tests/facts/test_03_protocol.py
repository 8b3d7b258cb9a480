"""The facts of chapter 3, each asserted by running code of its own.

The cells of the chapter show them; these tests fail if one is false. What only
Python 3.14 shows is compared with the recorded output where 3.14 runs.
"""

from __future__ import annotations

import asyncio
import sys
import tomllib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asyncwith import checkpoint, sweep

TABLE = tomllib.loads(Path(__file__).with_name("03_protocol.toml").read_text("utf-8"))
RECORDED = {f["number"]: f["recorded"] for f in TABLE["fact"] if "recorded" in f}


class Noted:
    """A manager that notes its calls."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    async def __aenter__(self) -> Any:
        self.calls.append("enter")
        return self

    async def __aexit__(self, *details: Any) -> Any:
        self.calls.append(details[0])


async def cancel_inside(manager: Any) -> asyncio.Task[str]:
    """A finished task that was cancelled while it waited in the block."""

    async def work() -> str:
        async with manager:
            await asyncio.sleep(60)
        return "carried on"

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    return task


def test_fact_001_the_instance_is_ignored() -> None:
    async def main() -> list[Any]:
        manager = Noted()

        async def fake() -> None:
            manager.calls.append("the instance's")

        manager.__aenter__ = fake  # type: ignore[method-assign]
        async with manager:
            pass
        return manager.calls

    assert asyncio.run(main()) == ["enter", None]


def fetched() -> list[str]:
    """What `async with` looks up and runs, in order."""
    events: list[str] = []

    class Fetched:
        def __init__(self, name: str) -> None:
            self.name = name

        def __get__(self, instance: object, owner: type) -> Callable[..., Any]:
            events.append(f"fetch {self.name}")

            async def method(*details: object) -> None:
                events.append(f"run {self.name}")

            return method

    class Manager:
        __aenter__ = Fetched("enter")
        __aexit__ = Fetched("exit")

    async def main() -> None:
        async with Manager():
            events.append("body")

    asyncio.run(main())
    return events


def test_fact_002_both_are_fetched_before_entering() -> None:
    events = fetched()
    assert sorted(events[:2]) == ["fetch enter", "fetch exit"]
    assert events[2:] == ["run enter", "body", "run exit"]

    class Half:
        __aenter__ = Noted.__aenter__

    async def main() -> None:
        async with Half():  # type: ignore[attr-defined]
            pytest.fail("entered")

    with pytest.raises(TypeError, match=r"\(missed __aexit__ method\)"):
        asyncio.run(main())


def refusal(block: str) -> str:
    """The message of the TypeError that a block of one line is refused with."""
    names: dict[str, Any] = {"Repaired": type("Repaired", (Noted,), {})}
    exec(f"async def main():\n    {block}", names)
    with pytest.raises(TypeError) as caught:
        asyncio.run(names["main"]())
    return f"TypeError: {caught.value}"


def test_fact_2a_the_order_flipped_in_3_14() -> None:
    new = sys.version_info >= (3, 14)
    first = ["fetch exit", "fetch enter"] if new else ["fetch enter", "fetch exit"]
    assert fetched()[:2] == first
    message = refusal(RECORDED["2a"]["command"])
    recorded = RECORDED["2a"]["output"]
    assert message == (recorded if new else recorded.partition(" (")[0])


def test_fact_003_any_awaitable_does() -> None:
    class Plain:
        def __aenter__(self) -> Any:
            future = asyncio.get_running_loop().create_future()
            future.set_result("ready")
            return future

        def __aexit__(self, *details: object) -> Any:
            return asyncio.sleep(0, result=True)  # awaited, and found true

    async def main() -> str:
        async with Plain() as state:
            raise KeyError
        return state

    assert asyncio.run(main()) == "ready"


def test_fact_004_what_cannot_be_awaited_is_refused() -> None:
    class Bad(Noted):
        def __aenter__(self) -> Any:  # type: ignore[override]
            return self

    bad = Bad()

    async def main() -> None:
        async with bad:
            pytest.fail("entered")

    with pytest.raises(TypeError) as caught:
        asyncio.run(main())
    assert str(caught.value) == (
        "'async with' received an object from __aenter__"
        " that does not implement __await__: Bad"
    )
    assert bad.calls == []


def test_fact_005_without_return_self_as_is_none() -> None:
    class Forgetful(Noted):
        async def __aenter__(self) -> Any:
            self.calls.append("enter")

    async def main() -> object:
        async with Forgetful() as bound:
            return bound

    assert asyncio.run(main()) is None


def test_fact_006_a_failed_entry_has_no_exit() -> None:
    class Checkout:
        def __init__(self, shelf: Any) -> None:
            self.shelf = shelf

        async def __aenter__(self) -> None:
            self.slot = await self.shelf.acquire("slot")
            await checkpoint("greeting")

        async def __aexit__(self, *details: object) -> None:
            await self.shelf.release(self.slot)

    assert sweep(Checkout).leaks == [2]

    class Refused(Noted):
        async def __aenter__(self) -> Any:
            await super().__aenter__()
            raise ConnectionRefusedError

    refused = Refused()

    async def main() -> None:
        async with refused:
            pytest.fail("entered")

    with pytest.raises(ConnectionRefusedError):
        asyncio.run(main())
    assert refused.calls == ["enter"]


@pytest.mark.parametrize("answer", [True, "yes", 1, [0]], ids=repr)
def test_fact_007_any_true_value_suppresses(answer: object) -> None:
    class Polite(Noted):
        async def __aexit__(self, *details: object) -> object:
            return answer

    async def main() -> asyncio.Task[str]:
        async with Polite():
            raise KeyError
        return await cancel_inside(Polite())

    task = asyncio.run(main())
    assert not task.cancelled()
    assert task.result() == "carried on"


def test_fact_008_a_forgotten_await_swallows_and_closes_nothing() -> None:
    closed = []

    class Connection(Noted):
        async def close(self) -> None:
            closed.append(True)

        async def __aexit__(self, *details: object) -> Any:
            return self.close()

    async def main() -> str:
        async with Connection():
            raise ValueError("card declined")
        return "charged"

    with warnings.catch_warnings(record=True, action="always") as noticed:
        assert asyncio.run(main()) == "charged"
    assert closed == []
    assert [warning.category for warning in noticed] == [RuntimeWarning]


def test_fact_009_an_error_in_the_exit_replaces_and_hides() -> None:
    class BrokenExit(Noted):
        async def __aexit__(self, *details: object) -> None:
            raise RuntimeError("already closed")

    async def replaces() -> None:
        async with BrokenExit():
            raise KeyError("order 17")

    with pytest.raises(RuntimeError) as caught:
        asyncio.run(replaces())
    assert repr(caught.value.__context__) == "KeyError('order 17')"

    task = asyncio.run(cancel_inside(BrokenExit()))
    assert not task.cancelled()
    assert isinstance(task.exception(), RuntimeError)

    async def late() -> None:
        async with asyncio.timeout(0.01), BrokenExit():
            await asyncio.sleep(60)

    with pytest.raises(RuntimeError) as caught:
        asyncio.run(late())
    behind = caught.value.__context__
    kept = TimeoutError if sys.version_info >= (3, 13) else asyncio.CancelledError
    assert type(behind) is kept


def test_fact_010_a_shared_instance_keeps_the_last_entry_only() -> None:
    free = ["A", "B"]

    class Checkout:
        async def __aenter__(self) -> None:
            self.connection = free.pop(0)

        async def __aexit__(self, *details: object) -> None:
            free.append(self.connection)

    async def work(checkout: Checkout) -> None:
        async with checkout:
            await asyncio.sleep(0)

    async def main() -> None:
        shared = Checkout()
        await asyncio.gather(work(shared), work(shared))

    asyncio.run(main())
    assert free == ["B", "B"]


def test_fact_011_messages_suggest_the_other_statement_from_3_14() -> None:
    message = refusal(RECORDED["11"]["command"])
    recorded = RECORDED["11"]["output"]
    new = sys.version_info >= (3, 14)
    assert message == (recorded if new else recorded.partition(" (")[0])


@pytest.mark.parametrize("leave", ["return", "break", "end"])
def test_fact_012_return_and_break_run_the_exit(leave: str) -> None:
    manager = Noted()

    async def main() -> None:
        for _ in range(2):
            async with manager:
                if leave == "return":
                    return
                if leave == "break":
                    break
                return

    asyncio.run(main())
    assert manager.calls == ["enter", None]
