"""The cancellation sweep: by hand, in a task, once, twice, and its report."""

import asyncio
import contextlib
import contextvars
import gc
import sys
import time
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from asyncwith import Shelf, checkpoint, run_virtual, sweep, sweep_task
from asyncwith.shelf import ShelfError


@asynccontextmanager
async def one_finally(shelf):
    a = await shelf.acquire("a")
    b = await shelf.acquire("b")
    try:
        yield a, b
    finally:
        await shelf.release("b")
        await shelf.release("a")


@asynccontextmanager
async def nested(shelf):
    a = await shelf.acquire("a")
    try:
        b = await shelf.acquire("b")
        try:
            yield a, b
        finally:
            await shelf.release("b")
    finally:
        await shelf.release("a")


@asynccontextmanager
async def no_finally(shelf):
    a = await shelf.acquire("a")
    b = await shelf.acquire("b")
    yield a, b
    await shelf.release("b")
    await shelf.release("a")


@asynccontextmanager
async def except_exception(shelf):
    a = await shelf.acquire("a")
    b = await shelf.acquire("b")
    try:
        yield a, b
    except Exception:
        await shelf.release("b")
        await shelf.release("a")
        raise
    await shelf.release("b")
    await shelf.release("a")


class FromMethods:
    def __init__(self, shelf):
        self.shelf = shelf

    async def __aenter__(self):
        await self.shelf.acquire("a")
        await self.shelf.acquire("b")
        return self

    async def __aexit__(self, *error):
        await self.shelf.release("b")
        await self.shelf.release("a")


class FromStack:
    def __init__(self, shelf):
        self.shelf = shelf

    async def __aenter__(self):
        async with AsyncExitStack() as stack:
            for name in "ab":
                await self.shelf.acquire(name)
                stack.push_async_callback(self.shelf.release, name)
            self.stack = stack.pop_all()
        return self

    async def __aexit__(self, *error):
        return await self.stack.__aexit__(*error)


def test_the_table_reads_as_in_the_book():
    assert str(sweep(one_finally)) == (
        "cancelled at 1  waiting for a      nothing held\n"
        "cancelled at 2  waiting for b      a STILL HELD\n"
        "cancelled at 3  in the body        nothing held\n"
        "cancelled at 4  releasing b        a STILL HELD\n"
        "cancelled at 5  releasing a        nothing held"
    )


@pytest.mark.parametrize(
    ("design", "leaks"),
    [
        (nested, []),
        (FromStack, []),
        (one_finally, [2, 4]),
        (FromMethods, [2, 4]),
        (no_finally, [2, 3, 4]),
        (except_exception, [2, 3, 4]),
    ],
)
def test_each_design_leaks_at_its_own_points(design, leaks):
    report = sweep(design)
    assert report.leaks == leaks
    assert report.clean == (not leaks)


def test_a_task_on_a_loop_gives_the_same_table_as_a_coroutine_driven_by_hand():
    for design in (one_finally, nested, no_finally, except_exception, FromStack):
        on_a_loop = asyncio.run(sweep_task(design, shelf=Shelf(), twice=True))
        assert on_a_loop == sweep(design, twice=True)


def test_a_second_cancellation_is_tried_at_every_later_point():
    report = sweep(nested, twice=True)
    twice = [o.point for o in report if isinstance(o.point, tuple)]
    assert twice == [(2, 3), (3, 4), (3, 5), (4, 5)]
    assert report.clean
    assert str(report) == (
        f"{sweep(nested)}\ncancelled twice, 4 ways            nothing held"
    )


def test_a_leak_of_the_second_cancellation_is_shown_under_the_first():
    report = sweep(one_finally, twice=True)
    assert report.leaks == [2, (3, 4), 4]
    assert str(report).splitlines()[2:4] == [
        "cancelled at 3  in the body        nothing held",
        "    again at 4  releasing b        a STILL HELD",
    ]


def test_a_swallowed_cancellation_is_reported():
    @asynccontextmanager
    async def swallows(shelf):
        await shelf.acquire("a")
        try:
            yield
        except BaseException:
            pass
        finally:
            await shelf.release("a")

    report = sweep(swallows)
    assert (report.swallowed, report.leaks, report.clean) == ([2], [], False)
    assert "nothing held; swallowed: returned normally" in str(report)


def test_another_exception_in_place_of_the_cancellation_is_reported():
    async def replaces(shelf):
        try:
            await shelf.acquire("a")
        except asyncio.CancelledError:
            raise ValueError from None
        await shelf.release("a")

    report = sweep(replaces)
    assert (report.ended_differently, report.clean) == ([1], False)
    assert str(report).splitlines()[0].endswith("nothing held; ended with ValueError")


def test_a_second_release_is_reported():
    async def releases_twice(shelf):
        await shelf.acquire("a")
        try:
            await checkpoint("working")
        except asyncio.CancelledError:
            await shelf.release("a")
            raise
        finally:
            with contextlib.suppress(ShelfError):
                await shelf.release("a")

    report = sweep(releases_twice)
    assert report[2].mistakes == ("a RELEASED TWICE",)
    assert not report.clean


def test_a_leak_without_any_cancellation_comes_first():
    async def keeps(shelf):
        await shelf.acquire("a")

    report = sweep(keeps)
    assert report.leaks == [0]
    first = "not cancelled                      a STILL HELD"
    assert str(report).splitlines()[0] == first


def test_a_loop_that_catches_every_cancellation_is_given_up():
    async def immortal(shelf):
        with contextlib.suppress(asyncio.CancelledError):
            await checkpoint("working")
            return
        while True:
            with contextlib.suppress(asyncio.CancelledError):
                await checkpoint("still here")

    report = sweep(immortal)
    assert report[1].ended == "never ended"
    assert report.ended_differently == [1]
    assert "NEVER ENDED" in str(report)

    async def in_a_task():
        return await sweep_task(lambda: immortal(None), timeout=0.05)

    assert asyncio.run(in_a_task())[1].ended == "never ended"


def test_a_task_that_waits_for_ever_is_given_up_after_the_timeout_in_virtual_time():
    async def stubborn():
        try:
            await checkpoint("working")
        except asyncio.CancelledError:
            await asyncio.Event().wait()

    report = run_virtual(sweep_task(stubborn))
    assert report[1].ended == "never ended"


def test_a_scenario_that_never_ends_by_itself_is_refused():
    async def endless(shelf):
        while True:
            await checkpoint()

    with pytest.raises(TimeoutError, match="does not end, although nobody cancels"):
        sweep(endless)


def test_a_scenario_that_fails_by_itself_raises_its_own_error():
    async def broken(shelf):
        raise KeyError("k")

    with pytest.raises(KeyError):
        sweep(broken)
    with pytest.raises(KeyError):
        asyncio.run(sweep_task(lambda: broken(None)))
    assert sweep(broken, raises=KeyError).clean


def test_the_body_is_run_with_what_the_manager_gives():
    seen = []

    async def body(value):
        seen.append(value)
        await checkpoint("at work")
        raise ValueError

    report = sweep(nested, body=body, raises=ValueError)
    assert seen[0] == ("a", "b")
    assert report[3].place == "at work"
    assert report[0].ended == "ValueError"
    assert report.clean


@pytest.mark.parametrize("fault", [1, 2, "b"])
def test_a_failing_acquire_leaks_nothing_from_a_nested_manager(fault):
    assert sweep(nested, shelf=Shelf(fail_acquire=fault), twice=True).clean


def test_a_failing_acquire_shows_a_manager_that_does_not_unwind():
    report = sweep(FromMethods, shelf=Shelf(fail_acquire=2))
    assert report[0].ended == "ShelfError"
    assert report.leaks == [0, 2]


def test_a_failing_release_gives_the_name_back_and_shows_what_follows():
    assert sweep(nested, shelf=Shelf(fail_release="b")).clean
    report = sweep(one_finally, shelf=Shelf(fail_release="b"))
    assert report[0].held == ("a",)


def test_a_release_of_what_is_not_held_is_refused_and_noted():
    async def main():
        shelf = Shelf()
        with pytest.raises(ShelfError, match="a is not held"):
            await shelf.release("a")
        return shelf.mistakes

    assert asyncio.run(main()) == ["a RELEASED, NEVER ACQUIRED"]


def test_only_plain_strings_are_names():
    class AlwaysEqual(str):
        def __eq__(self, other):
            return True

        __hash__ = str.__hash__

    for name in (AlwaysEqual("a"), None, 3):
        with pytest.raises(TypeError, match="expected a str"):
            asyncio.run(Shelf().acquire(name))


def test_the_shelf_that_is_given_stays_untouched():
    shelf = Shelf(fail_acquire=2)
    sweep(nested, shelf=shelf)
    assert (shelf.held, shelf.events) == ([], [])


def test_a_wait_without_a_label_is_named_by_its_line():
    async def helper():
        await asyncio.sleep(0)

    @asynccontextmanager
    async def manager():
        yield
        await checkpoint()

    async def scenario(shelf):
        await helper()
        async with manager():
            pass

    report = sweep(scenario)
    places = [outcome.place for outcome in report if outcome.point]
    assert places == ["await asyncio.sleep(0)", "await checkpoint()"]


def test_a_wait_in_a_librarys_exit_is_named_by_the_block():
    async def scenario():
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(0.001))

    report = asyncio.run(sweep_task(scenario))
    assert report[1].place == "exit: async with asyncio.TaskGroup() as…"


def test_what_needs_a_loop_is_sent_to_sweep_task():
    async def sleeps(shelf):
        await asyncio.sleep(1)

    async def has_a_timeout(shelf):
        async with asyncio.timeout(1):
            await checkpoint("here")

    async def in_a_cell():
        for scenario in (sleeps, has_a_timeout):
            with pytest.raises(RuntimeError, match="sweep_task"):
                sweep(scenario)
        assert asyncio.get_running_loop() is not None

    with pytest.raises(RuntimeError, match="sweep_task"):
        sweep(sleeps)
    asyncio.run(in_a_cell())

    ready = asyncio.new_event_loop()
    future = ready.create_future()
    ready.close()

    async def awaits_a_future(shelf):
        await future

    with pytest.raises(RuntimeError, match=r"waits for a Future.*sweep_task"):
        sweep(awaits_a_future)


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        (lambda shelf: 3, "returned int"),
        (lambda shelf: contextlib.closing(shelf), "no suspension points"),
        (lambda shelf: numbers(), "@asynccontextmanager missing"),
    ],
)
def test_a_scenario_of_the_wrong_kind_is_refused(scenario, message):
    with pytest.raises(TypeError, match=message):
        sweep(scenario)


async def numbers():
    yield 1


def test_an_abandoned_generator_is_closed_after_the_run_and_not_on_the_loop():
    async def items(shelf, closed):
        await shelf.acquire("a")
        try:
            yield 1
        finally:
            await shelf.release("a")
            closed.append("closed")

    async def main():
        closed = []

        async def scenario(shelf):
            async for _ in items(shelf, closed):
                break

        report = sweep(scenario)
        by_then = len(closed)
        gc.collect()
        await asyncio.sleep(0.01)
        assert len(closed) == by_then > 0
        return report

    report = asyncio.run(main())
    assert report.leaks == [0]


def test_each_run_has_a_context_of_its_own():
    variable = contextvars.ContextVar("variable", default=0)

    async def scenario(shelf):
        assert variable.get() == 0
        variable.set(1)
        await checkpoint()

    sweep(scenario)
    assert variable.get() == 0


def test_a_real_library_sees_a_true_cancellation():
    async def main():
        lock = asyncio.Lock()

        async def scenario():
            async with lock:
                await asyncio.sleep(0.001)

        report = await sweep_task(scenario, leaked=lambda: ["lock"] * lock.locked())
        assert report.clean
        assert len(report.outcomes) == 2

    asyncio.run(main())


def test_leaked_may_be_asynchronous_and_must_return_names():
    async def scenario():
        await checkpoint("here")

    async def leaked():
        await asyncio.sleep(0)
        return ["it"]

    assert asyncio.run(sweep_task(scenario, leaked=leaked)).leaks == [0, 1]
    for wrong in (1, None, "abc"):
        with pytest.raises(TypeError, match="iterable"):
            asyncio.run(sweep_task(scenario, leaked=lambda wrong=wrong: wrong))


def test_a_task_left_running_is_reported_and_cancelled():
    async def poll():
        await asyncio.sleep(3600)

    async def scenario():
        asyncio.create_task(poll())  # noqa: RUF006 - the mistake that is shown
        await checkpoint("here")

    async def main():
        report = await sweep_task(scenario, settle=0.01)
        return report, asyncio.all_tasks() - {asyncio.current_task()}

    report, left = asyncio.run(main())
    assert report[1].running == ("poll",)
    assert report.leaks == [0, 1]
    assert "task poll STILL RUNNING" in str(report)
    assert left == set()


def test_work_in_the_background_may_finish_before_anything_counts_as_leaked():
    async def scenario(shelf):
        await shelf.acquire("a")
        try:
            await checkpoint("working")
        finally:
            await asyncio.shield(slow_release(shelf))

    async def slow_release(shelf):
        await asyncio.sleep(0.01)
        await shelf.release("a")

    report = run_virtual(sweep_task(scenario, shelf=Shelf()))
    assert report.leaks == []
    assert [kind for kind, _ in report[3].steps][-1] == "release"


def test_a_task_of_somebody_else_is_left_alone():
    async def bystander():
        await asyncio.sleep(3600)

    async def start_later():
        await asyncio.sleep(0)
        return asyncio.create_task(bystander())

    async def main():
        starting = asyncio.create_task(start_later())

        async def scenario():
            await asyncio.sleep(0.001)

        report = await sweep_task(scenario, settle=0.01)
        task = await starting
        alive = not task.done()
        task.cancel()
        return report.clean, alive, asyncio.get_running_loop().get_task_factory()

    assert asyncio.run(main()) == (True, True, None)


def test_an_interrupted_sweep_ends_its_task():
    ended = []

    async def scenario():
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0)
            ended.append(True)

    async def main():
        task = asyncio.create_task(sweep_task(scenario))
        await asyncio.sleep(0.01)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

        return list(ended)

    assert asyncio.run(main()) == [True]


def test_reports_can_be_compared_searched_and_drawn():
    report = sweep(one_finally)
    assert report == sweep(one_finally)
    assert report != sweep(nested)
    assert report[2].held == ("a",)
    assert report[2].steps == (
        ("wait", "waiting for a"),
        ("acquire", "a"),
        ("wait", "waiting for b"),
        ("cancel", "waiting for b"),
        ("end", "CancelledError"),
    )
    with pytest.raises(KeyError, match="no run was cancelled at 9"):
        report[9]


def test_a_timeline_has_a_bar_that_does_not_end_for_what_leaked():
    report = sweep(one_finally, twice=True)
    assert [line.split() for line in str(report.timeline(2)).splitlines()] == [
        ["task", "wait", "waiting", "for", "a"],
        ["a", "enter", "a"],
        ["task", "wait", "waiting", "for", "b"],
        ["task", "cancel", "waiting", "for", "b"],
        ["a", "held", "a"],
    ]
    assert "exit" in str(report.timeline(3))
    assert "cancel releasing b" in str(report.timeline(3, 4))


def test_a_sweep_of_ten_points_takes_about_a_millisecond():
    async def ten(shelf):
        for _ in range(10):
            await checkpoint("here")

    times = []
    for _ in range(20):
        start = time.perf_counter()
        sweep(ten)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.003


def test_asyncpg_pools_keep_their_connections_only_with_async_with():
    asyncpg = pytest.importorskip("asyncpg")
    from asyncwith import postgres

    async def main():
        async with postgres.private() as server:
            pool = await asyncpg.create_pool(server.dsn, min_size=1, max_size=1)
            await pool.execute("create table tally (x int)")

            def busy():
                return ["connection"] * (pool.get_size() - pool.get_idle_size())

            async def half_done():
                rows = await pool.fetchval("select count(*) from tally")
                await pool.execute("truncate tally")
                return ["half a transaction"] * (rows == 1) + busy()

            async def insert_two(connection):
                async with connection.transaction():
                    await connection.execute("insert into tally values (1)")
                    await connection.execute("insert into tally values (2)")

            async def guarded():
                async with pool.acquire() as connection:
                    await insert_two(connection)

            async def unguarded():
                connection = await pool.acquire()
                await insert_two(connection)
                await pool.release(connection)

            good = await sweep_task(guarded, leaked=half_done, twice=True)
            await pool.close()

            async def leaked():
                nonlocal pool
                found = busy()
                if found:
                    pool.terminate()
                    await connect()
                return found

            async def connect():
                nonlocal pool
                pool = await asyncpg.create_pool(server.dsn, min_size=1, max_size=1)

            await connect()
            bad = await sweep_task(unguarded, leaked=leaked)
            pool.terminate()
            return good, bad

    good, bad = asyncio.run(main())
    assert good.clean
    assert len([o for o in good if isinstance(o.point, int)]) == 6
    assert bad.leaks == [1, 2, 3, 4]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with 3.12")
def test_a_loop_with_eager_tasks_is_swept_too():
    async def child():
        await asyncio.sleep(0)

    async def scenario():
        await asyncio.create_task(child())

    async def main():
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        return await sweep_task(scenario)

    assert asyncio.run(main()).clean
