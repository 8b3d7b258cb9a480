"""Runs cells as ipykernel and IPython do, and tells the page what they show.

What a cell can observe of its kernel is the same here: a cell is compiled
statement by statement, the last expression's value is shown, ``await`` may stand
at top level. A cell that awaits runs in a task of its own, with a copy of the
context; one that does not runs in the kernel's one task, so that a context
variable set there stays set. Output that a task prints after its cell has ended
belongs to that cell.

The tree of every cell is prepared by the lab (``asyncwith.extension``), so that
a cell can be drawn, or be drawn later through functions of earlier cells.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import inspect
import sys
import time
import tokenize
import types
from collections.abc import Callable, Coroutine
from io import StringIO
from typing import Any

from asyncwith_browser import displays
from asyncwith_browser.streams import Output, Stream
from asyncwith_browser.tracebacks import error_output

from asyncwith.extension import prepare, record

__all__ = ["Kernel"]


class Kernel:
    """Notebooks of one worker, each with a namespace of its own.

    Parameters
    ----------
    send
        ``send(kind, id, content)`` gives an ``output`` or a ``done`` to the page.
    """

    def __init__(self, send: Callable[[str, Any, Any], object]) -> None:
        self._send = send
        self.output = Output(lambda cell, output: send("output", cell, output))
        self._notebooks: dict[str, Notebook] = {}
        self._requests: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._running: asyncio.Task[Any] | None = None
        self._stopping = False
        sys.stdout = Stream(self.output, "stdout")
        sys.stderr = Stream(self.output, "stderr")
        builtins.display = self.display  # type: ignore[attr-defined]
        builtins.input = _no_input
        self._main = asyncio.get_running_loop().create_task(self._serve())

    def run(self, request: dict[str, Any]) -> None:
        """Run a cell when those before it have ended."""
        self._requests.put_nowait(request)

    def stop(self) -> None:
        """Cancel the cell that waits; cells behind it in the queue are dropped."""
        while not self._requests.empty():
            self._end(self._requests.get_nowait()["id"], "stopped", None, 0.0)
        if self._running is not None:
            self._stopping = True
            self._running.cancel()

    def display(self, *values: object, **_: object) -> None:
        """Show values where the cell is, as IPython's ``display`` does."""
        for value in values:
            own = getattr(type(value), "_ipython_display_", None)
            if own is not None:
                own(value)
                continue
            data, metadata = displays.bundle(value)
            output = {"output_type": "display_data", "data": data, "metadata": metadata}
            self.output.display(output)

    # -- one cell after the other ------------------------------------------

    async def _serve(self) -> None:
        while True:
            request = await self._requests.get()
            await self._run(request)

    async def _run(self, request: dict[str, Any]) -> None:
        notebook = self._notebook(request["notebook"])
        self.output.begin(request["id"])
        started = time.perf_counter()
        self._stopping = False
        status = await self._execute(notebook, request)
        self.output.flush()
        seconds = time.perf_counter() - started
        self._end(request["id"], status, notebook.count, seconds)

    async def _execute(self, notebook: Notebook, request: dict[str, Any]) -> str:
        notebook.count += 1
        name = f"Cell In[{notebook.count}]"
        try:
            prepared = prepare(request["source"], name)
            cell = notebook.compile(prepared.tree, request["source"], name)
        except Exception as error:  # a SyntaxError, or too deep a nesting
            self.output.display(error_output(error))
            return "error"
        draw = prepared.title is not None or request.get("draw")
        failure: BaseException | None = None
        timelines: list[object] = []
        steps = self._steps(notebook, cell)
        if draw:
            steps = _drawn(steps, prepared.title or "this cell", timelines)
        try:
            if cell.awaits:
                self._running = asyncio.create_task(steps)
                await self._running
            else:
                _drive(steps)
        except BaseException as error:
            failure = error
        finally:
            self._running = None
        status = "ok"
        if failure is not None:
            if self._stopping and isinstance(failure, asyncio.CancelledError):
                failure = _interrupted(failure)
            status = "stopped" if isinstance(failure, KeyboardInterrupt) else "error"
            self.output.display(error_output(failure))
        self.display(*timelines)
        return status

    async def _steps(self, notebook: Notebook, cell: Cell) -> None:
        for code in cell.statements:
            value = eval(code, notebook.names)
            if code.co_flags & inspect.CO_COROUTINE:
                value = await value
        if cell.expression is not None:
            value = eval(cell.expression, notebook.names)
            if cell.expression.co_flags & inspect.CO_COROUTINE:
                value = await value
            if not cell.quiet:
                self._result(notebook, value)

    def _result(self, notebook: Notebook, value: object) -> None:
        if value is None:
            return
        notebook.remember(value)
        own = getattr(type(value), "_ipython_display_", None)
        if own is not None:
            own(value)
            return
        data, metadata = displays.bundle(value)
        output = {
            "output_type": "execute_result",
            "data": data,
            "metadata": metadata,
            "execution_count": notebook.count,
        }
        self.output.display(output)

    def _end(self, cell: Any, status: str, count: int | None, seconds: float) -> None:
        self._send("done", cell, [status, count, seconds])

    def _notebook(self, name: str) -> Notebook:
        if name not in self._notebooks:
            self._notebooks[name] = Notebook()
        notebook = self._notebooks[name]
        sys.modules["__main__"] = notebook.module
        return notebook


class Cell:
    """A compiled cell: statements, and the expression whose value is shown."""

    def __init__(
        self,
        statements: list[types.CodeType],
        expression: types.CodeType | None,
        quiet: bool,
    ) -> None:
        self.statements = statements
        self.expression = expression
        self.quiet = quiet
        codes = [*statements, *([expression] if expression else [])]
        self.awaits = any(code.co_flags & inspect.CO_COROUTINE for code in codes)


class Notebook:
    """The names of a notebook, and how often it has run a cell."""

    def __init__(self) -> None:
        self.module = types.ModuleType("__main__")
        self.names = vars(self.module)
        self.names["__builtins__"] = builtins
        self.names["Out"] = {}
        self.count = 0

    def compile(self, tree: ast.Module, source: str, name: str) -> Cell:
        """Compile a cell as IPython does: each statement on its own."""
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        body = list(tree.body)
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        statements = [
            compile(ast.Module([node], []), name, "exec", flags, dont_inherit=True)
            for node in body
        ]
        expression = None
        if isinstance(last, ast.Expr):
            shown = ast.Expression(last.value)
            expression = compile(shown, name, "eval", flags, dont_inherit=True)
        return Cell(statements, expression, _ends_with_semicolon(source))

    def remember(self, value: object) -> None:
        self.names["Out"][self.count] = value
        self.names["_"] = value


def _drive(steps: Coroutine[Any, Any, None]) -> None:
    """Run a cell without ``await`` here and now, as the kernel's task."""
    try:
        steps.send(None)
    except StopIteration:
        return
    raise RuntimeError("a cell without await was suspended")


async def _drawn(
    steps: Coroutine[Any, Any, None], title: str, timelines: list[object]
) -> None:
    """Run a cell and record it, in the task that runs it."""
    with record(title) as timeline:
        timelines.append(timeline)
        await steps


def _ends_with_semicolon(source: str) -> bool:
    """A semicolon at the end keeps a value from being shown."""
    if ";" not in source:
        return False
    last = ""
    for token in tokenize.generate_tokens(StringIO(source).readline):
        if token.type not in (
            tokenize.COMMENT,
            tokenize.NL,
            tokenize.NEWLINE,
            tokenize.ENDMARKER,
            tokenize.DEDENT,
        ):
            last = token.string
    return last == ";"


def _interrupted(error: asyncio.CancelledError) -> KeyboardInterrupt:
    """A stopped cell ends as in Jupyter, with the place where it waited."""
    return KeyboardInterrupt().with_traceback(error.__traceback__)


def _no_input(prompt: object = "") -> str:
    raise RuntimeError(
        "input() cannot ask anything in the browser: put the answer into the cell."
    )
