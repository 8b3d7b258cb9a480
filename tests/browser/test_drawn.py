"""Drawing changes nothing in the browser either: plain and drawn print the same.

These are the lab's programs; test_parity.py runs the chapters' cells both ways.
"""

from __future__ import annotations

import json

from tasks._selection import ROOT
from tests.browser.worker_page import Worker

PROGRAMS = ROOT / "tests" / "lab" / "drawing" / "drawn_programs.txt"
RUN = '''
import contextlib, gc, io, json, linecache, re, traceback, types, ast
from asyncwith.extension import prepare, record

CELL = "<the cell>"

async def program(setup, source, drawn):
    """What can be seen of a program: prints, names, how it ends."""
    names = {"__name__": "__main__"}
    exec(compile(setup, "<setup>", "exec"), names)
    tree = prepare(source, CELL).tree if drawn else ast.parse(source, CELL)
    linecache.cache[CELL] = len(source), None, source.splitlines(True), CELL
    printed, end, keep = io.StringIO(), "", asyncio.all_tasks()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        with record("t") if drawn else contextlib.nullcontext():
            try:
                flag = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
                code = compile(tree, CELL, "exec", flag)
                result = types.FunctionType(code, names)()
                if result is not None:
                    await result
            except (Exception, asyncio.CancelledError) as error:
                trace = error.__traceback__
                while trace and trace.tb_frame.f_code.co_filename != CELL:
                    trace = trace.tb_next
                end = "".join(traceback.format_exception(error.with_traceback(trace)))
                error.__traceback__ = None
                del error
            await asyncio.sleep(0.02)
            gc.collect()
            rest = asyncio.all_tasks() - keep - {asyncio.current_task()}
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
            loop = asyncio.get_running_loop()
            loop.set_task_factory(None)
            loop.set_exception_handler(None)
    kinds = {name: type(value).__name__ for name, value in names.items()}
    kinds.pop("__builtins__", None)
    names.clear()
    gc.collect()
    seen = json.dumps([printed.getvalue(), end, kinds])
    return re.sub(r"0x[0-9a-f]+|Task-[0-9]+", "...", seen)

different, done = [], 0
for name, source in PROGRAMS.items():
    plain = await program(SETUP, source, False)
    if plain != await program(SETUP, source, False):
        continue  # it tells something else each time
    done += 1
    if plain != (shown := await program(SETUP, source, True)):
        different.append([name, plain, shown])
print(json.dumps([done, different]))
'''


def programs() -> tuple[str, dict[str, str]]:
    """The lab's programs for drawing: what they share, and each by its name."""
    parts = PROGRAMS.read_text(encoding="utf-8").split("#: ")[1:]
    named = dict(part.split("\n", 1) for part in parts)
    setup = named.pop("setup")
    # There are no threads here; and what sleeps, sleeps where it is ordered.
    return setup, {name: text for name, text in named.items() if "thread" not in text}


def test_the_labs_programs_print_the_same_drawn(worker: Worker) -> None:
    setup, named = programs()
    worker.run(f"import asyncio\nSETUP, PROGRAMS = {setup!r}, {named!r}", notebook="d")
    result = worker.run(RUN, notebook="d")
    assert result.status == "ok", result.text
    said = [each for each in result.outputs if each.get("name") == "stdout"]
    done, different = json.loads("".join(each["text"] for each in said))
    assert done > 0.9 * len(named)
    assert not different, different[:3]
