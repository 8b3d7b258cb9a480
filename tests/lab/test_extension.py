"""In a real kernel: cells draw themselves, and one that hangs can be stopped."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager

PROGRAMS = (Path(__file__).parent / "drawing" / "drawn_programs.txt").read_text("utf-8")


class Kernel:
    """A kernel of this environment, driven cell by cell."""

    def __init__(self, *extensions: str, **environment: str) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(
            env={**os.environ, **environment},
            extra_arguments=[f"--InteractiveShellApp.extensions={list(extensions)}"],
        )
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, cell: str, interrupt_after: float | None = None) -> list[object]:
        """Run a cell; return its outputs: texts, error names, display bundles.

        A slow machine makes the kernel send one text in several messages.
        """
        request = self.client.execute(cell)
        outputs: list[object] = []
        if interrupt_after is not None:
            time.sleep(interrupt_after)
            self.manager.interrupt_kernel()
        while True:
            message = self.client.get_iopub_msg(timeout=20)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return outputs
            if kind == "stream" and content["name"] == "stdout":
                said = outputs.pop() if outputs and type(outputs[-1]) is str else ""
                outputs.append(f"{said}{content['text']}")
            elif kind == "stream":
                outputs.append(("stderr", content["text"]))
            elif kind == "error":
                outputs.append((content["ename"], "\n".join(content["traceback"])))
            elif kind in ("display_data", "execute_result"):
                outputs.append(content["data"])

    def stop(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    kernel = Kernel("asyncwith")  # at start, as the book's kernels do
    kernel.run("import asyncio\nfrom contextlib import *")
    yield kernel
    kernel.stop()


def text(output: object) -> str:
    assert isinstance(output, dict)
    return output["text/plain"]


def test_a_cell_shows_its_timeline_after_its_output(kernel: Kernel) -> None:
    said, shown = kernel.run(
        "# timeline: a block\n"
        "async with nullcontext('x') as x:\n"
        "    await asyncio.sleep(0)\n"
        "    print(x)\n"
        "    await asyncio.sleep(0.001)"
    )
    assert said == "x\n"
    assert text(shown).splitlines() == [
        "main enter  nullcontext('x')",
        "main wait   asyncio.sleep(0)",
        "main wait   asyncio.sleep(0.001)",
        "main resume asyncio.sleep(0.001)",
        "main exit   nullcontext('x')",
    ]
    assert shown["image/svg+xml"].startswith("<svg")


def test_a_cell_without_await_is_drawn_too(kernel: Kernel) -> None:
    (shown,) = kernel.run("#timeline:sync\nwith suppress(KeyError): {}[1]")
    assert text(shown).splitlines()[1] == (
        "main exit   suppress(KeyError) ! KeyError suppressed"
    )


def test_a_cell_that_raises_shows_its_timeline(kernel: Kernel) -> None:
    cell = "# timeline: x\nasync with nullcontext():\n    1 / 0"
    (name, _), shown = kernel.run(cell)
    assert name == "ZeroDivisionError"
    assert text(shown).endswith("main error  nullcontext() ! ZeroDivisionError")


def test_functions_of_earlier_cells_are_drawn(kernel: Kernel) -> None:
    kernel.run(
        "async def work():\n    async with nullcontext(): await asyncio.sleep(0)"
    )
    (shown,) = kernel.run("# timeline: x\nawait asyncio.create_task(work())")
    assert "work enter  nullcontext()" in text(shown)
    assert "work wait   asyncio.sleep(0)" in text(shown)


def test_the_value_of_a_cell_comes_before_its_timeline(kernel: Kernel) -> None:
    value, shown = kernel.run("# timeline: x\nwith nullcontext(): pass\n6 * 7")
    assert text(value) == "42"
    assert "nullcontext()" in text(shown)


def test_other_cells_show_nothing(kernel: Kernel) -> None:
    assert kernel.run("with nullcontext(): pass") == []
    assert kernel.run("x = 1\n# timeline: not the first line") == []


def test_a_syntax_error_shows_no_empty_timeline(kernel: Kernel) -> None:
    assert [name for name, _ in kernel.run("# timeline: x\nwith")] == ["SyntaxError"]


def test_the_names_of_the_user_are_the_users(kernel: Kernel) -> None:
    (names,) = kernel.run("sorted(n for n in dir() if 'asyncwith' in n or 'aw' in n)")
    assert text(names) == "[]"
    (listing,) = kernel.run("%who")
    assert "asyncwith" not in listing


def test_a_task_left_over_is_not_recorded_by_the_next_cell(kernel: Kernel) -> None:
    kernel.run("# timeline: one\ntask = asyncio.create_task(asyncio.sleep(0.05))")
    (shown,) = kernel.run("# timeline: two\nawait task")
    assert text(shown).splitlines() == ["main wait   task", "main resume task"]


def test_loading_twice_draws_once(kernel: Kernel) -> None:
    kernel.run("%load_ext asyncwith\nimport asyncwith\n")
    kernel.run("asyncwith.load_ipython_extension(get_ipython())")
    (shown,) = kernel.run("# timeline: x\nwith nullcontext(): pass")
    assert len(text(shown).splitlines()) == 2


def test_an_idle_await_is_interrupted_within_seconds(kernel: Kernel) -> None:
    start = time.monotonic()
    said, (name, trace) = kernel.run(
        "try:\n    await asyncio.Event().wait()\nfinally:\n    print('cleaned up')",
        interrupt_after=0.5,
    )
    assert (said, name) == ("cleaned up\n", "CancelledError")
    assert "await asyncio.Event().wait()" in re.sub(r"\x1b\[[\d;]*m", "", trace)
    assert time.monotonic() - start < 5
    assert text(*kernel.run("1 + 1")) == "2"


def test_signal_handlers_of_the_loop_still_work(kernel: Kernel) -> None:
    kernel.run(
        "import os, signal\n"
        "event, loop = asyncio.Event(), asyncio.get_running_loop()\n"
        "loop.add_signal_handler(signal.SIGUSR1, event.set)"
    )
    (said,) = kernel.run(
        "os.kill(os.getpid(), signal.SIGUSR1)\n"
        "async with asyncio.timeout(5): await event.wait()\n"
        "print('signalled')"
    )
    assert said == "signalled\n"
    kernel.run("loop.remove_signal_handler(signal.SIGUSR1)")
    _, (name, _) = kernel.run(
        "try: await asyncio.Event().wait()\nfinally: print('again')", 0.5
    )
    assert name == "CancelledError"


def test_unloading_gives_everything_back() -> None:
    kernel = Kernel()
    try:
        kernel.run("import asyncio, signal\nfrom contextlib import nullcontext")
        state = (
            "ip = get_ipython(); fd = signal.set_wakeup_fd(-1)\n"
            "signal.set_wakeup_fd(fd)\n"
            "print(fd, len(ip.ast_transformers),"
            " [len(c) for c in ip.events.callbacks.values()])"
        )
        before = kernel.run(state)
        kernel.run("%load_ext asyncwith")
        kernel.run("# timeline: x\ndef f():\n    with nullcontext(): return 7")
        assert kernel.run(state) != before
        kernel.run("%unload_ext asyncwith")
        assert kernel.run(state) == before
        assert text(*kernel.run("# timeline: x\nf()")) == "7"
    finally:
        kernel.stop()


def plain_text(outputs: list[object]) -> str:
    # Which of two streams is flushed first is a matter of chance.
    said = "".join(output for output in outputs if isinstance(output, str))
    said += "".join(str(output) for output in outputs if not isinstance(output, str))
    return re.sub(r"0x\w+|\\x1b\[[\d;]*m|\x1b\[[\d;]*m|ipykernel_\d+", "", said)


def test_a_kernel_shows_the_same_plain_and_drawn() -> None:
    """Programs that leave nothing behind: outputs and tracebacks, word for word."""
    setup, *programs = re.split(r"^#: ", PROGRAMS, flags=re.MULTILINE)[1:]
    programs = [program.partition("\n")[2] for program in programs]
    programs = [
        program
        for program in programs
        if not re.search(
            r"create_task|gc\.|ticks\(|numbers\(|sys\.exit|future", program
        )
    ]
    assert len(programs) > 70
    outputs: list[list[str]] = []
    for draw in "off", "all":
        kernel = Kernel("asyncwith", ASYNCWITH_DRAW=draw)
        try:
            kernel.run(setup.partition("\n")[2])
            kernel.run("gc.disable()")  # whose garbage it is must not matter
            outputs.append([plain_text(kernel.run(program)) for program in programs])
        finally:
            kernel.stop()
    for program, plain, drawn in zip(programs, *outputs, strict=True):
        assert drawn == plain, program


def test_drawing_can_be_switched_off() -> None:
    kernel = Kernel("asyncwith", ASYNCWITH_DRAW="off")
    try:
        kernel.run("from contextlib import nullcontext")
        assert kernel.run("# timeline: x\nwith nullcontext(): pass") == []
        (said,) = kernel.run("print(len(get_ipython().ast_transformers))")
        assert said == "0\n"
    finally:
        kernel.stop()


def test_importing_changes_nothing() -> None:
    code = (
        "import asyncio, builtins, signal, sys\n"
        "before = asyncio.Handle._run, dir(builtins), signal.set_wakeup_fd(-1)\n"
        "import asyncwith\n"
        "from asyncwith.extension import load_ipython_extension\n"
        "after = asyncio.Handle._run, dir(builtins), signal.set_wakeup_fd(-1)\n"
        "assert before == after"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
