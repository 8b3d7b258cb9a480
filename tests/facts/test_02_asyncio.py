"""The facts of chapter 2, each asserted by running code of its own.

Those about notebooks drive a real kernel, the way that a front end does. Those
about nest-asyncio run in processes of their own, because it patches asyncio.
"""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from importlib.metadata import requires
from typing import Any

import aiohttp
import asyncpg
import nbformat
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from asyncwith import local_server, postgres, run_script, run_virtual

PATIENCE = 30  # seconds for one message of a kernel


class Kernel:
    """A kernel that is handed cells, and remembers what each of them printed."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self.client = client
        self.printed: dict[str, str] = {}

    def run(self, code: str) -> str:
        """Run a cell to its end; the id under which its output is filed."""
        cell = self.client.execute(code)
        self.printed.setdefault(cell, "")
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            content, parent = message["content"], message["parent_header"]["msg_id"]
            if message["msg_type"] == "stream":
                self.printed[parent] = self.printed.get(parent, "") + content["text"]
            assert message["msg_type"] != "error", content["traceback"]
            ended = content.get("execution_state") == "idle"
            if parent == cell and ended:
                return cell

    def prints(self, code: str) -> str:
        """What a cell printed until it ended."""
        return self.printed[self.run(code)]


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        kernel = Kernel(client)
        kernel.run("import asyncio\nfrom contextvars import ContextVar")
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


async def nothing() -> int:
    return 7


async def give_way() -> None:
    await asyncio.sleep(0)


def suspensions(coroutine: Coroutine[Any, Any, Any]) -> int:
    times = 0
    while True:
        try:
            coroutine.send(None)
        except StopIteration:
            return times
        times += 1


async def lets_others_in(awaitable: Awaitable[Any]) -> bool:
    visitor = asyncio.create_task(nothing())
    await awaitable
    been = visitor.done()
    await visitor
    return been


def test_fact_n1_run_raises_in_a_cell(kernel: Kernel) -> None:
    said = kernel.prints(
        "async def main(): pass\n"
        "coroutine = main()\n"
        "try: asyncio.run(coroutine)\n"
        "except RuntimeError as error: print(error)\n"
        "coroutine.close()"
    )
    assert said == "asyncio.run() cannot be called from a running event loop\n"


def test_fact_n2_runner_and_run_until_complete_raise_too(kernel: Kernel) -> None:
    said = kernel.prints(
        "for start in (asyncio.Runner().run,\n"
        "              asyncio.get_running_loop().run_until_complete):\n"
        "    coroutine = asyncio.sleep(0)\n"
        "    try: start(coroutine)\n"
        "    except RuntimeError as error: print(error)\n"
        "    coroutine.close()"
    )
    assert said.splitlines() == [
        "Runner.run() cannot be called from a running event loop",
        "This event loop is already running",
    ]


def test_fact_n3_a_coroutine_thrown_away_warns_unless_closed() -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        closed = nothing()
        closed.close()
        del closed
        gc.collect()
        assert seen == []
        thrown_away = nothing()
        del thrown_away
        gc.collect()
    assert [str(w.message) for w in seen] == ["coroutine 'nothing' was never awaited"]


def test_fact_n4_the_article_does_not_import_asyncio() -> None:
    done = run_script("async def main(): pass\nasyncio.run(main())")
    assert "NameError: name 'asyncio' is not defined" in done.stderr


def test_fact_n5_calling_runs_nothing() -> None:
    log: list[str] = []

    async def count() -> None:
        log.append("ran")

    coroutine = count()
    assert log == []
    coroutine.close()
    assert log == []


async def awaited_again() -> str:
    coroutine = nothing()
    await coroutine
    try:
        await coroutine
    except RuntimeError as error:
        return str(error)
    return "no error"


def test_fact_n6_a_coroutine_is_awaited_once() -> None:
    assert asyncio.run(awaited_again()) == "cannot reuse already awaited coroutine"


def test_fact_n7_a_coroutine_function_is_not_awaitable() -> None:
    async def main() -> None:
        await nothing  # type: ignore[misc]

    with pytest.raises(TypeError, match="await"):
        asyncio.run(main())


def test_fact_n8_create_task_does_not_run_the_task() -> None:
    async def main() -> list[str]:
        log: list[str] = []

        async def count() -> None:
            log.append("task")

        task = asyncio.create_task(count())
        log.append("created")
        await nothing()
        log.append("awaited what does not suspend")
        await task
        return log

    assert asyncio.run(main()) == ["created", "awaited what does not suspend", "task"]


def test_fact_n9_an_eager_task_begins_in_create_task() -> None:
    eager = getattr(asyncio, "eager_task_factory", None)
    if eager is None:
        pytest.skip("eager_task_factory came with Python 3.12")

    async def main() -> tuple[bool, bool]:
        loop = asyncio.get_running_loop()
        off = loop.get_task_factory() is None
        loop.set_task_factory(eager)
        return off, asyncio.create_task(nothing()).done()

    assert asyncio.run(main()) == (True, True)


def test_fact_n10_a_task_keeps_its_result() -> None:
    async def main() -> tuple[int, int]:
        task = asyncio.create_task(nothing())
        return await task, await task

    assert asyncio.run(main()) == (7, 7)


def test_fact_n11_send_runs_to_the_next_suspension() -> None:
    log: list[str] = []

    async def clerk() -> int:
        log.append("one")
        await asyncio.sleep(0)
        log.append("two")
        return 7

    coroutine = clerk()
    coroutine.send(None)
    assert log == ["one"]
    with pytest.raises(StopIteration) as end:
        coroutine.send(None)
    assert log == ["one", "two"] and end.value.value == 7


def test_fact_n12_sleep_zero_suspends_once() -> None:
    assert suspensions(asyncio.sleep(0)) == 1
    assert suspensions(nothing()) == 0


@pytest.mark.parametrize(
    "pause, order", [(give_way, "a1 b1 a2 b2"), (nothing, "a1 a2 b1 b2")]
)
def test_fact_n13_tasks_interleave_at_suspensions_only(
    pause: Callable[[], Awaitable[Any]], order: str
) -> None:
    async def main() -> str:
        log: list[str] = []

        async def clerk(name: str) -> None:
            for shelf in (1, 2):
                log.append(f"{name}{shelf}")
                await pause()

        tasks = [asyncio.create_task(clerk(name)) for name in "ab"]
        await asyncio.wait(tasks)
        return " ".join(log)

    assert asyncio.run(main()) == order


def test_fact_n14_what_is_there_does_not_suspend() -> None:
    async def main() -> list[bool]:
        finished = asyncio.create_task(nothing())
        await finished
        messages: asyncio.Queue[str] = asyncio.Queue()
        messages.put_nowait("order")
        held = asyncio.Lock()
        await held.acquire()
        release = asyncio.create_task(asyncio.sleep(0.01))
        release.add_done_callback(lambda _: held.release())
        return [
            await lets_others_in(finished),
            await lets_others_in(asyncio.Lock().acquire()),
            await lets_others_in(messages.get()),
            await lets_others_in(held.acquire()),
        ]

    assert asyncio.run(main()) == [False, False, False, True]


def test_fact_n15_servers_suspend_and_caches_do_not() -> None:
    answers: dict[str, int] = {}

    async def ask(connection: Any, query: str) -> int:
        if query not in answers:
            answers[query] = await connection.fetchval(query)
        return answers[query]

    async def page(session: aiohttp.ClientSession, url: str) -> str:
        async with session.get(url) as response:
            return await response.text()

    async def main() -> list[bool]:
        connection = await asyncpg.connect(postgres.dsn())
        try:
            seen = [
                await lets_others_in(ask(connection, "select 1")),
                await lets_others_in(ask(connection, "select 1")),
                await lets_others_in(ask(connection, "select 2")),
            ]
        finally:
            await connection.close()
        async with local_server() as server, aiohttp.ClientSession() as session:
            for _ in range(2):
                text = page(session, server.url("/text"))
                seen.append(await lets_others_in(text))
        return seen

    assert asyncio.run(main()) == [True, False, True, True, True]


@pytest.mark.parametrize("pause, left", [(give_way, 9), (nothing, 8)])
def test_fact_n16_an_update_is_lost_across_a_suspension(
    pause: Callable[[], Awaitable[Any]], left: int
) -> None:
    stock = {"bolts": 10}

    async def sell() -> None:
        seen = stock["bolts"]
        await pause()
        stock["bolts"] = seen - 1

    async def main() -> None:
        await asyncio.wait([asyncio.create_task(sell()) for _ in "ab"])

    asyncio.run(main())
    assert stock["bolts"] == left


def cancelled(turns: int) -> list[str]:
    """The ledger of a task that is cancelled after so many turns."""
    log: list[str] = []

    async def hold() -> None:
        log.append("acquire")
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            log.append("CancelledError at the await")
            raise
        finally:
            log.append("release")

    async def main() -> None:
        task = asyncio.create_task(hold())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        log.append("cancel returned")
        await asyncio.wait([task])
        log.append("cancelled" if task.cancelled() else "not cancelled")

    asyncio.run(main())
    return log


def test_fact_n17_a_cancellation_arrives_at_the_await() -> None:
    assert cancelled(turns=1) == [
        "acquire",
        "cancel returned",
        "CancelledError at the await",
        "release",
        "cancelled",
    ]


def test_fact_n18_a_task_cancelled_before_its_turn_runs_nothing() -> None:
    assert cancelled(turns=0) == ["cancel returned", "cancelled"]


def test_fact_n19_an_ended_task_refuses_a_cancellation() -> None:
    async def main() -> tuple[bool, bool]:
        task = asyncio.create_task(nothing())
        await asyncio.sleep(0)
        return task.done(), task.cancel()

    assert asyncio.run(main()) == (True, False)


def test_fact_n20_each_cell_is_a_task(kernel: Kernel) -> None:
    kernel.run("seen = [asyncio.current_task()]")
    kernel.run("seen.append(asyncio.current_task())")
    kernel.run("seen.append(asyncio.current_task())\nawait asyncio.sleep(0)")
    kernel.run("await asyncio.sleep(0)\nseen.append(asyncio.current_task())")
    said = kernel.prints("print(len(set(seen)), all(task.done() for task in seen))")
    assert said == "4 True\n"


@pytest.mark.parametrize("first_await", [True, False])
def test_fact_n21_a_variable_set_beside_an_await_is_lost(
    kernel: Kernel, first_await: bool
) -> None:
    set_it = ["variable.set('r-17')", "await asyncio.sleep(0)"]
    kernel.run("variable = ContextVar('variable', default='none')")
    cell = [*(reversed(set_it) if first_await else set_it), "print(variable.get())"]
    assert kernel.prints("\n".join(cell)) == "r-17\n"
    assert kernel.prints("print(variable.get())") == "none\n"


def test_fact_n22_a_variable_set_without_an_await_stays(kernel: Kernel) -> None:
    kernel.run("variable = ContextVar('variable', default='none')")
    kernel.run("token = variable.set('r-17')")
    assert kernel.prints("print(variable.get())") == "r-17\n"


BACKGROUND = """\
async def report():
    await asyncio.sleep(0.05)
    print("stock counted")
task = asyncio.create_task(report())"""


def test_fact_n23_a_background_print_goes_to_its_creator(kernel: Kernel) -> None:
    first = kernel.run(BACKGROUND)
    assert kernel.printed[first] == ""
    second = kernel.run("await task\nprint('ready')")
    assert kernel.printed[first] == "stock counted\n"
    assert kernel.printed[second] == "ready\n"


def test_fact_n24_nbclient_drops_a_late_print() -> None:
    cells = ["import asyncio\n" + BACKGROUND, "await task\nprint('ready')"]
    notebook = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells]  # type: ignore[no-untyped-call]
    )
    NotebookClient(notebook, kernel_name="python3", timeout=PATIENCE).execute()
    printed = [[output.text for output in cell.outputs] for cell in notebook.cells]
    assert printed == [[], ["ready\n"]]


def test_fact_n25_an_unawaited_error_shows_when_the_task_is_gone() -> None:
    async def fails() -> None:
        raise ValueError("miscounted")

    async def main() -> tuple[int, list[str]]:
        messages: list[str] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, c: messages.append(c["message"]))
        task = asyncio.create_task(fails())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        while_kept = len(messages)
        del task
        gc.collect()
        return while_kept, messages

    assert asyncio.run(main()) == (0, ["Task exception was never retrieved"])


NESTED = """\
import asyncio, nest_asyncio2

async def main():
    asyncio.create_task(asyncio.sleep(3600), name="leftover")
    return asyncio.get_running_loop()

async def other(log):
    log.append("other")

def plain_function(log):
    log.append("before")
    asyncio.run(asyncio.sleep(0))
    log.append("after")

async def cell():
    nest_asyncio2.apply()
    loop = asyncio.run(main())
    names = [task.get_name() for task in asyncio.all_tasks()]
    print(loop is asyncio.get_running_loop(), "leftover" in names)
    coroutine = main()
    try:
        asyncio.Runner().run(coroutine)
    except RuntimeError as error:
        print(error)
    coroutine.close()
    log = []
    task = asyncio.create_task(other(log))
    plain_function(log)
    print(*log)
    await task

asyncio.run(cell())
"""


@pytest.fixture(scope="module")
def nested() -> list[str]:
    done = run_script(NESTED)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_fact_n26_nest_asyncio_keeps_the_loop_and_the_leftovers(
    nested: list[str],
) -> None:
    assert nested[0] == "True True"

    ended: list[bool] = []

    async def main() -> asyncio.AbstractEventLoop:
        task = asyncio.create_task(asyncio.sleep(3600))
        task.add_done_callback(lambda task: ended.append(task.cancelled()))
        await asyncio.sleep(0)
        return asyncio.get_running_loop()

    loops = {asyncio.run(main()), asyncio.run(main())}
    assert len(loops) == 2 and all(loop.is_closed() for loop in loops)
    assert ended == [True, True]


def test_fact_n27_nest_asyncio_does_not_cover_runner(nested: list[str]) -> None:
    assert nested[1] == "Runner.run() cannot be called from a running event loop"


def test_fact_n28_nest_asyncio_lets_others_in_without_an_await(
    nested: list[str],
) -> None:
    assert nested[2] == "before other after"


def test_fact_n29_ipykernel_depends_on_the_fork() -> None:
    assert any(line.startswith("nest-asyncio2") for line in requires("ipykernel") or [])


async def fetch(seconds: float) -> None:
    await asyncio.sleep(seconds)


def test_fact_n30_coroutines_made_first_do_not_overlap() -> None:
    async def main() -> float:
        orders, stock = fetch(3), fetch(3)
        await orders
        await stock
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 6.0


def test_fact_n31_tasks_overlap() -> None:
    async def main() -> float:
        orders = asyncio.create_task(fetch(3))
        stock = asyncio.create_task(fetch(3))
        await orders
        await stock
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 3.0


def test_fact_n32_an_hour_is_exact() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3600):
                await asyncio.sleep(86_400)
        return asyncio.get_running_loop().time()

    assert run_virtual(main()) == 3600.0


class Connection:
    async def __aenter__(self) -> None:
        await asyncio.sleep(0)

    async def __aexit__(self, *error: object) -> None:
        await asyncio.sleep(0)


def test_fact_n33_async_with_suspends_where_its_methods_do() -> None:
    async def use(manager: Any) -> None:
        async with manager:
            pass

    assert suspensions(use(Connection())) == 2
    assert suspensions(use(asyncio.Lock())) == 0


def test_fact_n34_wait_raises_nothing_and_refuses_nothing() -> None:
    async def fails() -> None:
        raise ValueError("miscounted")

    async def main() -> None:
        task = asyncio.create_task(fails())
        done, _ = await asyncio.wait([task])
        assert done == {task} and isinstance(task.exception(), ValueError)
        with pytest.raises(ValueError, match="empty"):
            await asyncio.wait([])

    asyncio.run(main())
