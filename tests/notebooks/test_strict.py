"""The comparison refuses what nbval accepts, and says where and why.

Each notebook below passes plain nbval and breaks the book's promise in one way.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)

from tests.notebooks.strict import sequence

ROOT = Path(__file__).resolve().parents[2]


def stream(text: str) -> nbformat.NotebookNode:
    return new_output("stream", name="stdout", text=text)


def display(data: str, mime: str = "text/plain") -> nbformat.NotebookNode:
    return new_output("display_data", data={mime: data})


def cell(source: str, *outputs: nbformat.NotebookNode, **more: object) -> object:
    return new_code_cell(source, outputs=list(outputs), execution_count=1, **more)


SHOW = "from IPython.display import display\n"
PICTURE = "display({'image/png': 'aGVsbG8=', 'text/plain': 'x'}, raw=True)"
LATE = """import asyncio
async def later():
    await asyncio.sleep(0.05)
    print("late")
task = asyncio.create_task(later())"""
GREEDY = """from contextlib import AsyncExitStack
import asyncpg
from asyncwith import postgres
try:
    async with AsyncExitStack() as stack:
        for _ in range(21):
            connection = await asyncpg.connect(postgres.dsn())
            stack.push_async_callback(connection.close)
except asyncpg.PostgresError as error:
    print(error)"""
BROKEN = {
    "order": (
        [cell(SHOW + "print('a')\ndisplay(1)", display("1"), stream("a\n"))],
        "its outputs differ",
    ),
    "picture": (
        [
            cell(
                SHOW + PICTURE,
                new_output(
                    "display_data", data={"image/png": "b3RoZXI=", "text/plain": "x"}
                ),
            )
        ],
        "its outputs differ",
    ),
    "late": (
        [
            cell(LATE),
            cell("await asyncio.sleep(0.2)"),
        ],
        "it left tasks running",
    ),
    "late_print": (
        [
            cell(
                "import asyncio\n"
                "loop = asyncio.get_running_loop()\n"
                "timer = loop.call_later(0.1, print, 'late')"
            ),
            cell("await asyncio.sleep(0.3)"),
        ],
        "printed after its end",
    ),
    "pending_at_the_end": (
        [cell("import asyncio\ntask = asyncio.create_task(asyncio.sleep(60))")],
        "it left tasks running",
    ),
    "too_many_sessions": ([cell(GREEDY)], "too many connections for database"),
    "never_executed": ([new_code_cell("x = 1")], "it was never executed"),
    "since_a_later_python_and_the_same": (
        [cell("print(1)", stream("1\n"), metadata={"tags": ["since:99.0.0"]})],
        "it prints the same before Python 99.0.0",
    ),
    "since_an_earlier_python": (
        [cell("print(1)", stream("2\n"), metadata={"tags": ["since:3.11.0"]})],
        "its outputs differ",
    ),
    "exempted": (
        [cell("1", metadata={"tags": ["nbval-ignore-output"]})],
        "it is exempted",
    ),
    "exempted_in_a_comment": (
        [cell("# NBVAL_IGNORE_OUTPUT\nprint(1)", stream("2\n"))],
        "it is exempted",
    ),
}
FINE = [
    new_markdown_cell("text"),
    cell(SHOW + "print('a')\ndisplay(1)\nprint('b')", stream("a\n"), display("1")),
    cell("import asyncio\nawait asyncio.create_task(asyncio.sleep(0))"),
    cell("print(1)", stream("2\n"), metadata={"tags": ["since:99.0.0"]}),
    cell("print(1 / 0)", stream("1\n"), metadata={"tags": ["since:99.0.0"]}),
    cell("print(1)", stream("1\n")),
    cell(  # no port that another process could take first
        "from ipykernel.connect import get_connection_info\n"
        "print(get_connection_info(unpack=True)['transport'])",
        stream("ipc\n"),
    ),
]
FINE[1]["outputs"].append(stream("b\n"))  # type: ignore[index]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the run prints of each notebook, by name; '' for one that passes."""
    folder = tmp_path_factory.mktemp("notebooks")
    for name, (cells, _) in {**BROKEN, "fine": (FINE, "")}.items():
        nbformat.write(new_notebook(cells=cells), folder / f"{name}.ipynb")
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "--nbval"]
    command += ["--nbval-current-env", "-p", "no:cacheprovider", "-n", "2"]
    command += ["--dist", "loadscope", f"--rootdir={ROOT}", "-c"]
    command += [str(ROOT / "pyproject.toml"), str(ROOT / "conftest.py"), str(folder)]
    # Not a server of the reader's own: no limit binds a superuser.
    environ = {**os.environ, "ASYNCWITH_POSTGRES": "embedded"}
    environ.pop("ASYNCWITH_DATABASE_URL", None)
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stdout + done.stderr
    parts = done.stdout.split("\n____")
    return {
        name: "".join(part for part in parts[1:] if f"{name}.ipynb, cell" in part)
        for name in [*BROKEN, "fine"]
    }


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_promise_is_refused(name: str, verdicts: dict[str, str]) -> None:
    assert BROKEN[name][1] in verdicts[name]


def test_an_honest_notebook_passes(verdicts: dict[str, str]) -> None:
    assert verdicts["fine"] == ""


def test_a_difference_shows_what_was_stored_and_what_was_seen(
    verdicts: dict[str, str],
) -> None:
    assert "--- stored" in verdicts["order"]
    assert "+++ seen" in verdicts["order"]
    assert "Its source:" in verdicts["order"]


def test_streams_are_compared_each_on_its_own_between_displays() -> None:
    error = new_output("stream", name="stderr", text="e")
    one = [stream("a"), error, stream("b")]
    other = [stream("a"), stream("b"), error]
    assert sequence(one) == sequence(other)
    assert sequence([stream("a"), display("1")]) != sequence(
        [display("1"), stream("a")]
    )
