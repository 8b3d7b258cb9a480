"""A worker runs cells as a kernel does, and can be stopped."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.worker_page import Worker


def test_prints_and_values_come_in_order(worker: Worker) -> None:
    result = worker.run("print('a')\ndisplay([1])\nprint('b')\n{2: 'c'}")
    kinds = [output["output_type"] for output in result.outputs]
    assert kinds == ["stream", "display_data", "stream", "execute_result"]
    assert result.text == "a\n[1]\nb\n{2: 'c'}\n"


@pytest.mark.parametrize(
    "source, shown",
    [
        ("1;", ""),
        ("x = 1", ""),
        ("None", ""),
        ("import asyncio\nawait asyncio.sleep(0, 'later')", "'later'\n"),
        ("print(_)", "later\n"),
    ],
)
def test_the_last_expression_is_shown(worker: Worker, source: str, shown: str) -> None:
    assert worker.run(source).text == shown


def test_nothing_is_compiled_in_the_readers_browser(
    new_worker: Callable[..., Worker],
) -> None:
    """What most pages import comes with its code, which needs no look at its source."""
    source = """
import sys
from importlib.util import cache_from_source
from pathlib import Path

import aiohttp.web, aiohttp.test_utils, asyncpg
from asyncwith import Timeline, check, sweep

def is_compiled(file):
    if file.startswith("/lib/python314.zip/"):
        return file.endswith(".pyc")
    code = Path(cache_from_source(file))
    unchecked_hash = (1).to_bytes(4, "little")
    return code.is_file() and code.read_bytes()[4:8] == unchecked_hash

specs = [getattr(module, "__spec__", None) for module in [*sys.modules.values()]]
files = [spec.origin for spec in specs if spec and spec.has_location]
files = [file for file in files if file.endswith((".py", ".pyc"))]
len(files) > 250, [file for file in files if not is_compiled(file)]
"""
    assert new_worker().run(source).text == "(True, [])\n"


def test_code_that_came_compiled_shows_its_source(worker: Worker) -> None:
    source = """
import asyncio, inspect, traceback
try:
    asyncio.run_coroutine_threadsafe(1, None)
except TypeError as error:
    print(traceback.format_exception(error)[-2].strip().splitlines()[-1].strip())
print(inspect.getsource(asyncio.sleep).splitlines()[0])
"""
    shown = worker.run(source).text.splitlines()
    assert shown[0].startswith("raise TypeError(")
    assert shown[1].startswith("async def sleep(")


def test_an_error_is_told_from_the_cell_on(worker: Worker) -> None:
    result = worker.run("def f():\n    1 / 0\nf()")
    assert result.status == "error"
    assert result.outputs[-1]["ename"] == "ZeroDivisionError"
    assert result.text.splitlines()[1].startswith("  Cell In[")
    assert "asyncwith_browser" not in result.text


def test_a_cell_after_an_error_runs(worker: Worker) -> None:
    assert worker.run("f(").outputs[0]["ename"] == "SyntaxError"
    assert worker.run("'on we go'").text == "'on we go'\n"


def test_contexts_are_a_kernels(worker: Worker) -> None:
    made = "import contextvars\nv = contextvars.ContextVar('v', default=0)\nv.set(1);"
    worker.run(made)
    worker.run("import asyncio; v.set(2); await asyncio.sleep(0)")
    assert worker.run("v.get()").text == "1\n"


def test_notebooks_have_names_of_their_own(worker: Worker) -> None:
    worker.run("mine = 1", notebook="one")
    assert worker.run("mine", notebook="two").outputs[0]["ename"] == "NameError"
    assert worker.run("__name__", notebook="two").text == "'__main__'\n"


def test_a_late_print_belongs_to_its_cell(worker: Worker) -> None:
    late = (
        "import asyncio\n"
        "async def late():\n    await asyncio.sleep(0.2)\n    print('late')\n"
        "task = asyncio.create_task(late())"
    )
    first = worker.post(late)
    worker.result(first)
    assert worker.run("await task").text == ""
    assert worker.result(first).text == "late\n"


def test_a_drawing_comes_last(worker: Worker) -> None:
    source = "import asyncio\nasync with asyncio.timeout(9):\n    print('in')"
    drawn = worker.run(source, draw=True)
    assert drawn.outputs[0]["text"] == "in\n"
    assert "image/svg+xml" in drawn.outputs[1]["data"]


def test_a_waiting_cell_is_stopped_and_its_finally_runs(worker: Worker) -> None:
    source = (
        "import asyncio\n"
        "try:\n    await asyncio.sleep(60)\nfinally:\n    print('cleaned')"
    )
    waiting = worker.post(source)
    behind = worker.post("print('never')")
    worker.page.wait_for_timeout(300)
    worker.stop()
    result = worker.result(waiting)
    assert result.status == "stopped"
    assert result.outputs[0]["text"] == "cleaned\n"
    assert result.outputs[1]["ename"] == "KeyboardInterrupt"
    assert worker.result(behind).status == "stopped"
    assert worker.run("'still here'").text == "'still here'\n"


def test_a_busy_cell_is_interrupted_through_shared_memory(
    context: BrowserContext, isolated_address: str
) -> None:
    worker = Worker(context, isolated_address, interrupts=True)
    try:
        busy = worker.post("while True:\n    pass")
        worker.page.wait_for_timeout(500)
        worker.page.evaluate("() => { new Uint8Array(interrupt)[0] = 2 }")
        assert worker.result(busy).status == "stopped"
        assert worker.run("6 * 7").text == "42\n"
    finally:
        worker.close()


def test_threads_and_processes_are_refused_in_words(worker: Worker) -> None:
    said = worker.run("import asyncio\nawait asyncio.to_thread(print)").outputs[-1][
        "evalue"
    ]
    assert "There are no threads in the browser" in said
    said = worker.run("input('name?')").outputs[-1]["evalue"]
    assert "input() cannot ask" in said


@pytest.mark.parametrize("jspi", [True, False])
def test_the_loop_is_asyncios(new_worker: Callable[..., Worker], jspi: bool) -> None:
    worker = new_worker(jspi=jspi)
    worker.run("import asyncio, time")
    nested = worker.run("asyncio.run(asyncio.sleep(0))").outputs[-1]
    assert nested["ename"] == "RuntimeError"
    ordered = (
        "log = []\n"
        "async def note(ms):\n    await asyncio.sleep(ms / 1000)\n    log.append(ms)\n"
        "await asyncio.gather(*map(note, [4, 3, 2, 1]))\nlog"
    )
    assert worker.run(ordered).text == "[1, 2, 3, 4]\n"
    blocking = (
        "async with asyncio.timeout(0.05) as limit:\n    time.sleep(0.1)\n"
        "limit.expired()"
    )
    assert worker.run(blocking).text == "False\n"


def test_progress_is_told_in_bytes(new_worker: Callable[..., Worker]) -> None:
    worker = new_worker()
    told = [each for each in worker.messages() if each["type"] == "progress"]
    assert told[0]["loaded"] == 0
    assert {each["label"] for each in told} >= {"Python"}
    assert all(each["loaded"] <= each["total"] for each in told)


def test_a_worker_that_cannot_load_says_so(
    context: BrowserContext, address: str
) -> None:
    page = context.new_page()
    page.route("**/pyodide.asm.wasm", lambda route: route.abort())
    page.goto(address)
    told = page.evaluate("() => begin(false)")
    page.close()
    assert told["type"] == "failed"
    assert told["reason"].startswith("Python could not be started here")


MANY_ROWS = """
import asyncpg
from asyncwith import postgres

connection = await asyncpg.connect(postgres.dsn())
query = "select i, 'a text' from generate_series(1, 100_000) i"
async with asyncio.timeout(30):
    rows = await connection.fetch(query)
print(len(rows), rows[-1])
await connection.close()
"""


def test_a_hundred_thousand_rows_arrive(worker: Worker) -> None:
    worker.run("import asyncio")
    assert worker.run(MANY_ROWS).text == "100000 <Record i=100000 ?column?='a text'>\n"


KEPT_WAITING = """
import asyncpg
from asyncwith import postgres

one = await asyncpg.connect(postgres.dsn())
other = await asyncpg.connect(postgres.dsn())
async with one.transaction():
    try:
        await other.fetchval("select 1")
    except asyncpg.LockNotAvailableError as error:
        print(error)
    print(await one.fetchval("select 'one goes on'"))
print(await other.fetchval("select 'so does the other'"))
await one.close()
await other.close()
"""


def test_an_idle_transaction_does_not_keep_others_for_ever(worker: Worker) -> None:
    said = worker.run(KEPT_WAITING).text.splitlines()
    assert "one session for all" in said[0]
    assert said[1:] == ["one goes on", "so does the other"]


@pytest.mark.skipif(
    not os.environ.get("ASYNCWITH_FULL"), reason="it fills gigabytes: with --full"
)
def test_a_cell_that_takes_all_memory_gets_an_error_and_the_next_one_runs(
    new_worker: Callable[..., Worker],
) -> None:
    worker = new_worker()
    source = "taken = []\nwhile True:\n    taken.append(bytearray(2**28))"
    result = worker.run(source)
    assert result.status == "error"
    assert result.outputs[-1]["ename"] == "MemoryError"
    assert worker.run("taken.clear()\nprint('on')").text == "on\n"
