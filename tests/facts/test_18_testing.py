"""The facts of chapter 18, each asserted with the tool that it is about."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from unittest.mock import AsyncMock, MagicMock

import pytest

from asyncwith import run_script


def run(*command: str, given: str = "", cwd: Path | None = None) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        input=given,
        capture_output=True,
        text=True,
        cwd=cwd,
    )
    return done.stdout


def typed(folder: Path, source: str) -> str:
    (folder / "service.py").write_text(source)
    return run(
        "basedpyright", "--pythonversion=3.13", str(folder / "service.py"), cwd=folder
    )


def test_fact_064_the_iterator_is_deprecated(tmp_path: Path) -> None:
    source = """
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

@asynccontextmanager
async def session() -> AsyncIterator[int]:
    yield 1
"""
    assert "reportDeprecated" in typed(tmp_path, source)
    repaired = source.replace("-> AsyncIterator", "-> AsyncGenerator")
    assert "reportDeprecated" not in typed(tmp_path, repaired)


@pytest.mark.parametrize(
    "returns, result, may",
    [("bool", "False", True), ("bool | None", "False", False), ("None", "None", False)],
)
def test_fact_065_bool_may_swallow(
    tmp_path: Path, returns: str, result: str, may: bool
) -> None:
    source = f"""
class Block:
    async def __aenter__(self) -> None: ...
    async def __aexit__(self, *error: object) -> {returns}:
        return {result}

async def price() -> int:
    async with Block():
        return 1
"""
    assert ("reportReturnType" in typed(tmp_path, source)) is may


def test_fact_066_an_unawaited_enter(tmp_path: Path) -> None:
    source = """
class Block:
    async def __aenter__(self) -> None: ...

async def main() -> None:
    Block().__aenter__()
"""
    assert "reportUnusedCoroutine" in typed(tmp_path, source)


@pytest.mark.parametrize(
    "line, before, rule",
    [
        ("time.sleep(1)", "import time", "ASYNC251"),
        ("pause(1)", "from time import sleep as pause", "ASYNC251"),
        ("open('prices.txt')", "", "ASYNC230"),
        ("asyncio.create_task(work())", "import asyncio", "RUF006"),
        ("async with asyncio.timeout(5): pass", "import asyncio", "ASYNC100"),
        ("read()", "def read(): return open('prices.txt')", None),
    ],
)
def test_fact_067_rules_know_shapes(line: str, before: str, rule: str | None) -> None:
    code = f"{before}\nasync def main():\n    {line}\n"
    command = ["ruff", "check", "--isolated", "--quiet", "--select=ASYNC,RUF006"]
    said = run(*command, "--output-format=json", "-", given=code)
    assert (f'"{rule}"' in said) if rule else said.strip() == "[]"


def test_fact_068_three_tasks() -> None:
    done = run_script("""
        import asyncio, unittest
        from contextlib import asynccontextmanager

        tasks = []

        @asynccontextmanager
        async def who():
            tasks.append(asyncio.current_task())
            yield
            tasks.append(asyncio.current_task())

        class Tasks(unittest.IsolatedAsyncioTestCase):
            async def test(self):
                tasks.append(asyncio.current_task())
                await self.enterAsyncContext(who())

            async def asyncSetUp(self):
                tasks.append(asyncio.current_task())

        unittest.main(exit=False)
        setup, test, enter, leave = tasks
        print(setup is test, test is enter, enter is leave)
    """)
    assert done.stdout.split() == ["False", "True", "False"]


def test_fact_069_anyio_has_one_task(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("""
import asyncio, anyio, pytest

@pytest.fixture
def anyio_backend():
    return "asyncio"

@pytest.fixture
async def owner():
    async with anyio.create_task_group():
        yield asyncio.current_task()

@pytest.mark.anyio
async def test_same_task(owner):
    assert asyncio.current_task() is owner
""")
    options = ["-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    said = run("pytest", *options, str(tmp_path), cwd=tmp_path)
    assert "1 passed" in said


async def _fact_070() -> None:
    mock = MagicMock()
    async with mock as bound:
        assert bound is not mock
        assert isinstance(bound, AsyncMock)
    manager = AsyncMock().get()
    assert asyncio.iscoroutine(manager)
    manager.close()


def test_fact_070_which_mock_is_what() -> None:
    asyncio.run(_fact_070())


async def _lost(mock: MagicMock) -> bool:
    with suppress(AssertionError):
        async with mock:
            raise AssertionError
        return True
    return False


def test_fact_071_a_mock_is_true() -> None:
    given = MagicMock()
    given.__aexit__ = AsyncMock()
    assert asyncio.run(_lost(given))
    assert not asyncio.run(_lost(MagicMock()))
    assert not asyncio.run(_lost(AsyncMock()))
