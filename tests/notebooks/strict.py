"""What nbval lets pass and this book does not.

nbval compares each cell's outputs with the stored ones, but it accepts a
changed order of prints and displays, output that arrives after its cell has
ended, tasks that are still pending then, cells that were never executed, and
changed pictures. For every notebook cell that nbval has passed, this plugin
compares the whole sequence of messages, and asks the kernel what it left
running. It also names the database that each notebook's kernel uses, and has
kernels answer on sockets in a folder of their own: jupyter_client chooses TCP
ports by binding and closing them, and one that another process takes before
the kernel binds it ends the kernel.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Generator, Iterable
from typing import Any

import nbval.kernel
import pytest
from jupyter_client.manager import KernelManager
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from asyncwith import postgres

SERVER = pytest.StashKey[str]()  # what describe() says of the run's PostgreSQL

type_of_output = ("stream", "display_data", "execute_result", "error")

# Evaluated in the kernel after each cell: the unfinished tasks that the book's
# own code started. A library's tasks (a server's, a pool's) may outlive a cell,
# but not the notebook: WHERE is then empty. The kernel's tasks are its own.
PENDING = """[
    "%s, in %s" % (t.get_name(), t.get_coro().__qualname__)
    for t in __import__("asyncio").all_tasks()
    for file in [getattr(getattr(t.get_coro(), "cr_code", None), "co_filename", "")]
    if not any(part in file for part in ("/ipykernel/", "/tornado/", "/jupyter_"))
    if any(part in file for part in WHERE)
]"""
IN_A_CELL = repr(["/ipykernel_", "<ipython-input", "/asyncio/"])
ANYWHERE = repr([""])

# A cell tagged so shows what Python does from that version on; an earlier one
# must print something else, or the tag is wrong.
SINCE = re.compile(r"since:(\d+)\.(\d+)\.(\d+)")

# JupyterLab and nbclient accept these; the book has no use for any of them.
EXEMPTIONS = re.compile(r"nbval-|raises-exception|NBVAL_|PYTEST_VALIDATE_IGNORE")


class Mismatch(Exception):
    """A cell that nbval passes and that does not keep the book's promise."""


def predates(cell: Any) -> str | None:
    """The version from which a cell prints its output, if this Python is earlier."""
    for tag in cell.metadata.get("tags", []):
        match = SINCE.fullmatch(tag)
        if match and sys.version_info < tuple(map(int, match.groups())):
            return tag.removeprefix("since:")
    return None


def database_of(notebook: str) -> str:
    """The database of a notebook's kernel: by notebook and by test worker."""
    stem = re.sub(r"\W+", "_", os.path.splitext(os.path.basename(notebook))[0])
    folder = "ex_" if "exercises" in notebook else ""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return f"nb_{folder}{stem}_{worker}"


def sequence(outputs: Iterable[Any]) -> list[dict[str, Any]]:
    """The outputs in the order in which they reach the reader.

    Consecutive texts of one stream are one. Between two displays the streams
    are compared each on its own: the kernel sends them on separate timers.
    """
    result: list[dict[str, Any]] = []
    streams: dict[str, str] = {}

    def flush() -> None:
        for name in sorted(streams):
            result.append({"stream": name, "text": streams[name]})
        streams.clear()

    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            name = output["name"]
            streams[name] = streams.get(name, "") + output["text"]
            continue
        flush()
        if kind == "error":
            result.append({"error": output["ename"], "value": output["evalue"]})
        else:
            result.append({kind: dict(output["data"])})
    flush()
    return result


class Listener:
    """Keeps what a kernel says, by the cell that made it say so."""

    def __init__(self, kernel: Any) -> None:
        self.kernel = kernel
        self.said: dict[str, list[Any]] = {}
        self.ended: dict[str, int] = {}
        self.late: list[str] = []
        self._get = kernel.get_message
        self._execute = kernel.execute_cell_input
        self.current = ""
        kernel.get_message = self.get_message
        kernel.execute_cell_input = self.execute

    def execute(self, *args: Any, **kwargs: Any) -> str:
        self.current = self._execute(*args, **kwargs)
        self.said[self.current] = []
        return self.current

    def get_message(self, stream: str, timeout: float | None = None) -> Any:
        message = self._get(stream, timeout=timeout)
        if stream == "iopub" and message["msg_type"] in type_of_output:
            parent = message["parent_header"].get("msg_id", "")
            if parent in self.ended:
                text = message["content"].get("text") or message["msg_type"]
                self.late.append(
                    f"cell {self.ended[parent]} printed after its end: {text!r}"
                )
            elif parent in self.said:
                output = {"output_type": message["msg_type"], **message["content"]}
                self.said[parent].append(output)
        return message

    def end_cell(self, number: int, last: bool) -> list[str]:
        """Close the current cell; return the tasks that it left running."""
        self.ended[self.current] = number
        where = ANYWHERE if last else IN_A_CELL
        probe = self.kernel.kc.execute(
            "",
            silent=True,
            store_history=False,
            allow_stdin=False,
            user_expressions={"pending": PENDING.replace("WHERE", where)},
        )
        while True:
            reply = self._get("shell", timeout=10)
            if reply["parent_header"].get("msg_id") == probe:
                break
        self.kernel.await_idle(probe, 10)
        answer = reply["content"]["user_expressions"]["pending"]
        if answer["status"] != "ok":
            raise Mismatch(f"the kernel did not answer: {answer}")
        return list(eval(answer["data"]["text/plain"], {"__builtins__": {}}))


def summary(data: dict[str, Any]) -> str:
    """A display as text; of a picture its size and a digest."""
    shown = dict(data)
    for mime, text in data.items():
        if mime.startswith("image/") and isinstance(text, str):
            digest = hashlib.sha256(text.encode()).hexdigest()[:12]
            shown[mime] = f"{len(text)} characters, {digest}"
    return json.dumps(shown, indent=1, ensure_ascii=False)


def difference(stored: list[dict[str, Any]], seen: list[dict[str, Any]]) -> str:
    """A unified diff of two sequences of outputs."""

    def lines(outputs: list[dict[str, Any]]) -> list[str]:
        text: list[str] = []
        for output in outputs:
            for key, value in output.items():
                text.append(f"[{key}]")
                shown = value if isinstance(value, str) else summary(value)
                text.extend(shown.replace("\\n", "\n").splitlines())
        return text

    return "\n".join(
        difflib.unified_diff(
            lines(stored), lines(seen), "stored", "seen", lineterm="", n=2
        )
    )


def pytest_configure(config: pytest.Config) -> None:
    """Join the server once, for the whole run: the kernels then find it running."""
    if not getattr(config.option, "nbval", False):
        return
    # Not pytest's own folder: a socket's path has at most 104 bytes on macOS.
    sockets = tempfile.mkdtemp(prefix="nbval-")
    config.add_cleanup(lambda: shutil.rmtree(sockets, ignore_errors=True))
    nbval.kernel.KernelManager = functools.partial(
        KernelManager, transport="ipc", ip=os.path.join(sockets, "kernel")
    )
    if not hasattr(config, "workerinput"):
        try:
            config.stash[SERVER] = postgres.describe()
        except postgres.PostgresUnavailable as problem:
            raise pytest.UsageError(str(problem)) from None


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if (server := config.stash.get(SERVER, None)) is not None:
        terminalreporter.write_line(f"compared against {server}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    notebook = item.parent
    if isinstance(notebook, IPyNbFile) and notebook.kernel is None:
        os.environ["ASYNCWITH_DATABASE"] = database_of(str(notebook.path))


def without_drawing(cell: Any) -> list[Any]:
    """The stored outputs that a cell has when nothing is drawn.

    ``ASYNCWITH_DRAW=off`` runs the plain code: the display that a cell's first
    line asks for is then missing, and all else must be the same.
    """
    if os.environ.get("ASYNCWITH_DRAW") != "off":
        return list(cell.outputs)
    asked = cell.source.startswith("# timeline:")
    return [
        output
        for output in cell.outputs
        if not (asked and "image/svg+xml" in output.get("data", {}))
    ]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    if not isinstance(item, IPyNbCell):
        return (yield)
    notebook: Any = item.parent
    listener = getattr(notebook, "listener", None)
    if listener is None:
        listener = notebook.listener = Listener(notebook.kernel)
    cell = item.cell
    # Now, because nbval joins the stored streams in place.
    stored = sequence(without_drawing(cell))
    try:
        result = yield
    except NbCellError as error:
        if str(error) != "Cell outputs differ" and not predates(cell):
            raise
        result = None  # told below, in the order in which the reader sees it
    cells = [cell for cell in notebook.nb.cells if cell.cell_type == "code"]
    pending = listener.end_cell(item.cell_num, cell is cells[-1])
    tags = " ".join(cell.metadata.get("tags", []))
    if EXEMPTIONS.search(tags) or EXEMPTIONS.search(cell.source):
        raise Mismatch("it is exempted from comparison by a tag or a comment")
    if cell.execution_count is None:
        raise Mismatch("it was never executed: python3 run.py refresh --accept it")
    seen = sequence(listener.said[listener.current])
    if since := predates(cell):
        if stored == seen:
            raise Mismatch(f"it prints the same before Python {since}: drop its tag")
    elif stored != seen:
        raise Mismatch("its outputs differ\n" + difference(stored, seen))
    if pending:
        raise Mismatch("it left tasks running: " + "; ".join(sorted(pending)))
    if listener.late:
        raise Mismatch("; ".join(listener.late))
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if isinstance(item, IPyNbCell) and call.excinfo is not None:
        error = call.excinfo.value
        if isinstance(error, Mismatch):
            where = f"{item.parent.path.name}, cell {item.cell_num}"
            identity = item.cell.get("id", "")
            report.longrepr = (
                f"{where} ({identity}): {error}\n\nIts source:\n{item.cell.source}"
            )
    return report
