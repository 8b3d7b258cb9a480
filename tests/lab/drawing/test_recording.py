"""Tasks, waits and cancellations are seen from outside, in their order."""

from __future__ import annotations

import ast
import asyncio
import sys
import textwrap
import types
from asyncio import events

import pytest

from asyncwith.clock import run_virtual
from asyncwith.drawing import waits
from asyncwith.drawing.recording import LIMIT
from asyncwith.drawing.timeline import Timeline
from asyncwith.extension import prepare, record

SETUP = """
    import asyncio
    from contextlib import asynccontextmanager, suppress

    class Manager:
        def __init__(self, entry=0, exit=0): self.entry, self.exit = entry, exit
        async def __aenter__(self): await asyncio.sleep(self.entry)
        async def __aexit__(self, *args): await asyncio.sleep(self.exit)

    async def library():
        for _ in range(3):
            await asyncio.sleep(0.001)

    @asynccontextmanager
    async def connection(name):
        yield name
"""


def drawn(cell: str) -> Timeline:
    """Run a cell whose set-up is a library to it; return its timeline."""
    names: dict[str, object] = {}
    exec(textwrap.dedent(SETUP), names)
    cell = textwrap.dedent(cell).lstrip()
    prepared = prepare(cell, "<drawn cell>")
    code = compile(
        prepared.tree, "<drawn cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    )

    async def main() -> Timeline:
        with record("t") as timeline:
            result = types.FunctionType(code, names)()
            if result is not None:
                await result
        return timeline

    return asyncio.run(main())


def ledger(cell: str) -> list[str]:
    return repr(drawn(cell)).splitlines()


TWO_TASKS = """
    async def worker(name, fail=False):
        async with connection(name):
            await asyncio.sleep(0)
            if fail:
                raise ValueError(name)
            await asyncio.sleep(10)

    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(worker("a"), name="a")
            tg.create_task(worker("b", fail=True), name="b")
    except* ValueError:
        pass
"""


def test_two_tasks_one_fails() -> None:
    assert ledger(TWO_TASKS) == [
        "main enter  asyncio.TaskGroup()",
        "main wait   asyncio.TaskGroup() on exit",
        "a    begin  worker",
        "a    enter  connection(name)",
        "a    wait   asyncio.sleep(0)",
        "b    begin  worker",
        "b    enter  connection(name)",
        "b    wait   asyncio.sleep(0)",
        "a    wait   asyncio.sleep(10)",
        "b    error  connection(name) ! ValueError",
        "b    end    worker ! ValueError",
        "a    cancel asyncio.sleep(10)",
        "a    error  connection(name) ! CancelledError",
        "a    end    worker ! CancelledError",
        "main cancel asyncio.TaskGroup() on exit",
        "main wait   asyncio.TaskGroup() on exit",
        "main resume asyncio.TaskGroup() on exit",
        "main error  asyncio.TaskGroup() ! ExceptionGroup on exit",
    ]


def test_the_same_cell_gives_the_same_timeline_twenty_times() -> None:
    bundles = {str(drawn(TWO_TASKS)._repr_mimebundle_()) for _ in range(20)}
    assert len(bundles) == 1


def test_waits_of_entering_and_leaving_name_the_block() -> None:
    lines = ledger("""
        async with Manager(0.001), Manager(0, 0.001):
            pass
    """)
    assert lines == [
        "main enter  Manager(0.001)",
        "main wait   Manager(0.001) on entry",
        "main resume Manager(0.001) on entry",
        "main enter  Manager(0, 0.001)",
        "main wait   Manager(0, 0.001) on entry",
        "main wait   Manager(0, 0.001) on exit",
        "main resume Manager(0, 0.001) on exit",
        "main exit   Manager(0, 0.001)",
        "main wait   Manager(0.001) on exit",
        "main exit   Manager(0.001)",
    ]


def test_a_block_holds_nothing_until_it_is_entered() -> None:
    timeline = drawn("async with Manager(0.001): await asyncio.sleep(0)")
    assert timeline.events[0].held == 2


def test_waits_of_loops_and_comprehensions_name_them() -> None:
    lines = ledger("""
        class Ticks:
            def __init__(self): self.left = 2
            def __aiter__(self): return self
            def __anext__(self):
                self.left -= 1
                return library() if self.left else self.stop()
            async def stop(self): raise StopAsyncIteration
        async for tick in Ticks(): pass
        [tick async for tick in Ticks()]
    """)
    assert lines == [
        "main wait   async for tick in Ticks()",
        "main resume async for tick in Ticks()",
        "main wait   async for tick in Ticks()",
        "main resume async for tick in Ticks()",
    ]


def test_the_innermost_frame_of_the_cell_says_what_is_waited_for() -> None:
    lines = ledger("""
        async def ticks():
            await asyncio.sleep( 0 )
            yield 1
        async def inner():
            async for tick in ticks():
                await library()
        await inner()
    """)
    assert lines == [
        "main wait   asyncio.sleep(0)",
        "main wait   library()",
        "main resume library()",
    ]


def test_each_turn_of_a_loop_is_a_wait_of_its_own() -> None:
    lines = ledger("""
        for _ in range(2):
            await asyncio.sleep(0)
        for _ in range(2):
            await library()
    """)
    assert [line.split()[1] for line in lines] == [
        "wait", "wait", "wait", "resume", "wait", "resume",
    ]  # fmt: skip


def test_lanes_are_named_by_task_or_function_and_numbered() -> None:
    timeline = drawn("""
        async def main(): await asyncio.sleep(0)
        async def worker(): await asyncio.sleep(0)
        def named():
            async def inner(): await asyncio.sleep(0)
            return inner()
        tasks = [asyncio.create_task(c, name=n) for c, n in
                 [(worker(), None), (worker(), None), (worker(), "x"), (worker(), "x"),
                  (main(), None), (named(), None), (asyncio.sleep(0), None)]]
        await asyncio.gather(*tasks)
    """)
    assert timeline.lanes() == [
        "main", "worker", "worker 2", "x", "x 2", "main 2", "inner", "sleep",
    ]  # fmt: skip


def test_a_cancellation_that_is_called_later_is_seen_where_it_arrives() -> None:
    lines = ledger("""
        loop = asyncio.get_running_loop()
        async def worker(): await loop.create_future()
        task = asyncio.create_task(worker())
        loop.call_later(0.001, task.cancel)
        with suppress(asyncio.CancelledError): await task
    """)
    assert lines == [
        "main   enter  suppress(asyncio.CancelledError)",
        "main   wait   task",
        "worker begin  worker",
        "worker wait   loop.create_future()",
        "worker cancel loop.create_future()",
        "worker end    worker ! CancelledError",
        "main   cancel task",
        "main   exit   suppress(asyncio.CancelledError) ! CancelledError suppressed",
    ]


def test_how_a_block_ends_is_said() -> None:
    lines = ledger("""
        class Bad(Manager):
            def __init__(self, entry=None, exit=None): self.errors = entry, exit
            async def __aenter__(self):
                if self.errors[0]: raise self.errors[0]
            async def __aexit__(self, *args):
                if self.errors[1]: raise self.errors[1]
        with suppress(KeyError):
            async with Bad(KeyError()): pass
        with suppress(KeyError):
            async with Bad(None, KeyError()): pass
        with suppress(KeyError):
            async with Bad(None, KeyError()): 1 / 0
        with suppress(TypeError):
            async with Bad() as (a, b): pass
        with suppress(TypeError):
            async with 5: pass
    """)
    assert [line.split(maxsplit=2)[2] for line in lines if "suppress" not in line] == [
        "Bad(KeyError())",
        "Bad(KeyError()) ! KeyError on entry",
        "Bad(None, KeyError())",
        "Bad(None, KeyError()) ! KeyError on exit",
        "Bad(None, KeyError())",
        "Bad(None, KeyError()) ! ZeroDivisionError became KeyError",
        "Bad()",
        "Bad() ! TypeError",
        "5",
        "5 ! TypeError on entry",
    ]


def test_a_generators_late_cleanup_is_drawn_where_it_runs() -> None:
    timeline = drawn("""
        async def ticks():
            async with connection("t"):
                yield 1
        async for tick in ticks(): break
        await asyncio.sleep(0.001)
    """)
    entered, left = timeline.events[0], timeline.events[timeline.events[0].closed]
    assert (entered.lane, left.lane) == ("main", "ticks.aclose")
    assert left.label == 'connection("t") ! GeneratorExit'


def test_a_task_of_a_library_appears_once_it_runs_the_cells_code() -> None:
    library = compile(
        "async def run(f): return await f()", "/x/site-packages/y.py", "exec"
    )
    names: dict[str, object] = {}
    exec(library, names)
    sys.modules["drawn_library"] = module = types.ModuleType("drawn_library")
    module.run = names["run"]
    try:
        lines = ledger("""
            import drawn_library
            async def mine():
                with suppress(): pass
            quiet = asyncio.create_task(drawn_library.run(library))
            await asyncio.create_task(drawn_library.run(mine))
            await quiet
        """)
    finally:
        del sys.modules["drawn_library"]
    assert [line for line in lines if line.startswith("run")] == [
        "run  begin  run",
        "run  enter  suppress()",
        "run  exit   suppress()",
        "run  end    run",
    ]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with 3.12")
def test_an_eager_task_waits_before_its_creator_goes_on() -> None:
    lines = ledger("""
        async def worker(n):
            with suppress(): await asyncio.sleep(0.001)
        loop = asyncio.get_running_loop()
        loop.set_task_factory(asyncio.eager_task_factory)
        task = asyncio.create_task(worker(1))
        with suppress(KeyError): pass
        await task
        loop.set_task_factory(None)
    """)
    assert lines[:4] == [
        "worker begin  worker",
        "worker enter  suppress()",
        "worker wait   asyncio.sleep(0.001)",
        "main   enter  suppress(KeyError)",
    ]
    assert lines[-2:] == ["worker end    worker", "main   resume task"]


def test_tasks_of_others_are_not_recorded() -> None:
    async def main() -> Timeline:
        other = asyncio.create_task(asyncio.sleep(0.001), name="other")
        async with Timeline("t").recording() as timeline:
            await asyncio.create_task(asyncio.sleep(0.002), name="mine")
        await other
        return timeline

    assert asyncio.run(main()).lanes() == ["main", "mine"]


def test_a_script_records_its_waits() -> None:
    async def nap() -> None:
        await asyncio.sleep(0.001)

    async def main() -> Timeline:
        async with Timeline("t").recording() as timeline:
            await nap()
            async with asyncio.timeout(1), asyncio.TaskGroup() as group:
                group.create_task(nap())
        await nap()
        return timeline

    assert repr(asyncio.run(main())).splitlines() == [
        "main wait   asyncio.sleep(0.001)",
        "main resume asyncio.sleep(0.001)",
        "main wait   asyncio.timeout(1), asyncio.TaskGroup() on exit"
        if sys.version_info < (3, 13)
        else "main wait   asyncio.TaskGroup() on exit",
        "nap  begin  nap",
        "nap  wait   asyncio.sleep(0.001)",
        "nap  resume asyncio.sleep(0.001)",
        "nap  end    nap",
        "main resume asyncio.timeout(1), asyncio.TaskGroup() on exit"
        if sys.version_info < (3, 13)
        else "main resume asyncio.TaskGroup() on exit",
    ]


def test_a_virtual_loop_inside_the_cell_is_recorded() -> None:
    async def hour() -> None:
        await asyncio.sleep(3600)

    async def main() -> Timeline:
        async with Timeline("t").recording() as timeline:
            run_virtual(hour())
        return timeline

    assert repr(asyncio.run(main())).splitlines() == [
        "hour begin  hour",
        "hour wait   asyncio.sleep(3600)",
        "hour resume asyncio.sleep(3600)",
        "hour end    hour",
    ]


def test_a_coroutine_driven_by_hand_is_part_of_the_cell() -> None:
    lines = ledger("""
        async def f():
            async with connection("c"): await asyncio.sleep(0)
        c = f(); c.send(None); c.close()
    """)
    assert lines == [
        'main enter  connection("c")',
        'main error  connection("c") ! GeneratorExit',
    ]


def test_without_positions_the_line_is_the_label(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waits, "positions_at", lambda *_: None)
    lines = ledger("""
        async def f():
            await asyncio.sleep(0)  # as with python -X no_debug_ranges
        async with connection("c"), Manager(): await f()
    """)
    assert [line.split(maxsplit=2)[2] for line in lines if "wait" in line] == [
        "Manager() on entry",
        "await asyncio.sleep(0)  # as with python -X no_debug_ranges",
        "Manager() on exit",
    ]


def test_the_loop_is_left_as_it_was() -> None:
    before = events.Handle._run
    drawn("await asyncio.sleep(0)")
    assert events.Handle._run is before
    with pytest.raises(ZeroDivisionError):
        drawn("1 / 0")
    assert events.Handle._run is before


def test_what_happens_after_the_recording_is_not_in_it() -> None:
    timeline = drawn("""
        async def late():
            with suppress():
                await asyncio.sleep(10)
        task = asyncio.create_task(late())
        await asyncio.sleep(0)
    """)
    assert repr(timeline).splitlines()[-2:] == [
        "late wait   asyncio.sleep(10)",
        "late held   suppress()",
    ]


def test_a_long_loop_does_not_fill_the_page() -> None:
    timeline = drawn(f"for _ in range({LIMIT}):\n    with suppress(): pass")
    assert len(timeline) == LIMIT
    assert repr(timeline).endswith(f"… and {LIMIT} more events")
    assert "more events" in timeline.svg()


def test_a_mistake_of_the_recorder_stays_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> int:
        raise RuntimeError("the lab's own")

    reported: list[object] = []
    monkeypatch.setattr(Timeline, "add", broken)
    monkeypatch.setattr(sys, "unraisablehook", reported.append)
    drawn("async with Manager(): await library()")
    assert {str(each.exc_value) for each in reported} == {"the lab's own"}
