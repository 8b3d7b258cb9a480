"""The fixtures, in a test suite of somebody else."""

import os
import subprocess
import sys
from importlib.metadata import entry_points

SUITE = """
import asyncio
from contextlib import asynccontextmanager

@asynccontextmanager
async def leaky(shelf):
    await shelf.acquire("a")
    yield
    await shelf.release("a")

@asynccontextmanager
async def safe(shelf):
    await shelf.acquire("a")
    try:
        yield
    finally:
        await shelf.release("a")

def test_safe(cancellation_sweep):
    report = cancellation_sweep(safe, twice=True)
    assert report[2].place == "in the body"

def test_leaky(cancellation_sweep):
    cancellation_sweep(leaky)

def test_leaky_task(cancellation_sweep):
    from asyncwith import Shelf
    asyncio.run(cancellation_sweep.task(leaky, shelf=Shelf()))

def test_safe_task(cancellation_sweep):
    from asyncwith import Shelf
    asyncio.run(cancellation_sweep.task(safe, shelf=Shelf()))

def test_an_hour(virtual):
    async def main():
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()
    assert virtual(main()) == 3600
"""


def pytest_run(folder, *options):
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("-p", "asyncwith.pytest_plugin", *options),
        ],
        cwd=folder,
        # without the plugins of this environment, which take seconds to load
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_suite_finds_the_fixtures_and_sees_the_table(tmp_path):
    (tmp_path / "test_theirs.py").write_text(SUITE)
    run = pytest_run(tmp_path)
    assert "2 failed, 3 passed" in run.stdout
    assert "leaky is not safe under cancellation:" in run.stdout
    assert "cancelled at 2  in the body        a STILL HELD" in run.stdout
    # the failure is reported at the test's own line
    line = SUITE.splitlines().index("    cancellation_sweep(leaky)") + 1
    assert f"test_theirs.py:{line}: AssertionError" in run.stdout
    assert "report.clean" not in run.stdout


def test_pytest_finds_the_plugin_by_itself():
    (plugin,) = entry_points(group="pytest11", name="asyncwith")
    assert plugin.value == "asyncwith.pytest_plugin"


def test_the_fixtures_are_listed_with_what_they_are_for(tmp_path):
    listing = pytest_run(tmp_path, "--fixtures").stdout
    assert "Cancel a scenario at each suspension point" in listing
    assert "Run a coroutine in virtual time" in listing


def test_a_suite_that_uses_none_of_them_pays_nothing(tmp_path):
    (tmp_path / "test_theirs.py").write_text(
        "import sys\n"
        "def test_theirs():\n"
        "    lab = [m for m in sys.modules if m.startswith('asyncwith')]\n"
        "    assert lab == ['asyncwith', 'asyncwith.pytest_plugin']\n"
    )
    assert "1 passed" in pytest_run(tmp_path).stdout


def test_the_plugin_brings_no_module_that_pytest_had_not():
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, pytest, typing, importlib, collections.abc\n"
            "before = set(sys.modules)\n"
            "import asyncwith.pytest_plugin\n"
            "print(sorted(set(sys.modules) - before))",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.strip() == "['asyncwith', 'asyncwith.pytest_plugin']"
