"""Virtual time: exact, at once, and inside a loop that is running already."""

import asyncio
import contextlib
import contextvars
import itertools
import logging
import os
import signal
import sys
import time

import pytest

from asyncwith import run_virtual


def now():
    return asyncio.get_running_loop().time()


def in_a_script(coroutine_function):
    return run_virtual(coroutine_function())


def in_a_running_loop(coroutine_function):
    async def cell():
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        try:
            return run_virtual(coroutine_function())
        finally:
            assert asyncio.get_running_loop() is loop
            assert asyncio.current_task() is task
            await asyncio.sleep(0.001)  # the outer loop goes on
            async with asyncio.timeout(1):
                await asyncio.sleep(0)

    return asyncio.run(cell())


everywhere = pytest.mark.parametrize("run", [in_a_script, in_a_running_loop])


@everywhere
def test_an_hours_timeout_is_exact_and_takes_no_time(run):
    async def main():
        try:
            async with asyncio.timeout(3600):
                await asyncio.sleep(10_000)
        except TimeoutError:
            return now()

    start = time.perf_counter()
    assert run(main) == 3600.0
    assert time.perf_counter() - start < 1


@everywhere
def test_what_runs_at_once_takes_as_long_as_the_longest(run):
    async def main():
        async with asyncio.TaskGroup() as group:
            for seconds in (3, 1, 2):
                group.create_task(asyncio.sleep(seconds))
        return now()

    assert run(main) == 3


@everywhere
def test_queues_shields_and_waits_keep_their_order(run):
    async def main():
        log = []
        queue = asyncio.Queue()

        async def produce():
            for item in range(3):
                await asyncio.sleep(2)
                await queue.put(item)

        producing = asyncio.create_task(produce())
        for _ in range(3):
            log.append((await queue.get(), now()))
        await producing
        slow = asyncio.create_task(asyncio.sleep(5, "slow"))
        try:
            await asyncio.wait_for(asyncio.shield(slow), 1)
        except TimeoutError:
            log.append(("timeout", now()))
        log.append((await slow, now()))
        return log

    assert run(main) == [(0, 2), (1, 4), (2, 6), ("timeout", 7), ("slow", 11)]


@everywhere
def test_the_clock_of_a_run_inside_another_is_its_own(run):
    async def inner():
        await asyncio.sleep(2)
        return now()

    async def main():
        await asyncio.sleep(1)
        return run_virtual(inner()), now()

    assert run(main) == (2, 1)


def test_timers_fire_at_their_own_time_however_late_it_is():
    async def main():
        await asyncio.sleep(1e15)
        times = [now()]
        for _ in range(3):
            await asyncio.sleep(0.25)
            times.append(now())
        return times

    assert run_virtual(main()) == [1e15, 1e15 + 0.25, 1e15 + 0.5, 1e15 + 0.75]


def test_timers_that_differ_by_a_nanosecond_keep_their_order():
    async def main():
        log = []
        loop = asyncio.get_running_loop()
        loop.call_at(1.000000002, lambda: log.append(("b", now())))
        loop.call_at(1.000000001, lambda: log.append(("a", now())))
        await asyncio.sleep(2)
        return log

    assert run_virtual(main()) == [("a", 1.000000001), ("b", 1.000000002)]


@everywhere
def test_waiting_for_what_never_comes_names_the_tasks_and_their_lines(run):
    async def consume(queue):
        await queue.get()

    async def main():
        async with asyncio.TaskGroup() as group:
            group.create_task(consume(asyncio.Queue()))
            group.create_task(consume(asyncio.Queue()), name="second")
            await asyncio.sleep(4)

    with pytest.raises(RuntimeError) as caught:
        run(main)
    assert str(caught.value).splitlines() == [
        "nothing can happen any more at virtual second 4: "
        "no timer is set, and every task waits for another:",
        "  consume waits at: await queue.get()",
        "  main waits at: exit: async with asyncio.TaskGroup() as…",
        "  second waits at: await queue.get()",
    ]


def test_cleanup_still_runs_when_nothing_can_happen_any_more():
    log = []

    async def main():
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(5)
            log.append(now())

    with pytest.raises(RuntimeError, match="nothing can happen"):
        run_virtual(main())
    assert log == [5]


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        (lambda: asyncio.to_thread(print), "threads do not live in virtual time"),
        (lambda: asyncio.open_connection("127.0.0.1", 9), "a peer does not live"),
        (lambda: asyncio.start_server(print, "127.0.0.1", 0), "a peer does not live"),
        (lambda: asyncio.create_subprocess_exec("ls"), "other processes do not live"),
    ],
)
def test_what_lies_outside_of_virtual_time_is_refused_with_a_reason(ask, reason):
    async def main():
        await ask()

    with pytest.raises(NotImplementedError, match=reason):
        run_virtual(main())


def test_only_a_coroutine_is_run():
    async def main():
        pass

    with pytest.raises(TypeError, match=r"found function. Call it"):
        run_virtual(main)
    with pytest.raises(TypeError, match="found int"):
        run_virtual(3)


@everywhere
def test_errors_leave_as_they_are(run):
    async def main():
        await asyncio.sleep(1)
        raise KeyError("k")

    with pytest.raises(KeyError):
        run(main)


def test_context_variables_come_in_and_do_not_go_out():
    variable = contextvars.ContextVar("variable", default="unset")
    variable.set("outside")

    async def main():
        before = variable.get()
        variable.set("inside")
        return before

    assert run_virtual(main()) == "outside"
    assert variable.get() == "outside"


@everywhere
def test_leftover_tasks_are_cancelled_and_generators_closed(run):
    log = []

    async def background():
        try:
            await asyncio.sleep(3600)
        finally:
            log.append("task")

    async def numbers():
        try:
            yield 1
        finally:
            await asyncio.sleep(1)
            log.append("generator")

    async def main():
        main.kept = numbers()
        await anext(main.kept)
        main.task = asyncio.create_task(background())
        await asyncio.sleep(0)

    run(main)
    assert log == ["task", "generator"]


def test_the_outer_loop_comes_back_after_an_interrupt():
    async def interrupted():
        raise KeyboardInterrupt

    async def cell():
        task = asyncio.current_task()
        with contextlib.suppress(KeyboardInterrupt):
            run_virtual(interrupted())
        assert asyncio.current_task() is task
        await asyncio.sleep(0.001)
        return "went on"

    assert asyncio.run(cell()) == "went on"


def test_ctrl_c_ends_a_run_that_would_go_on_for_ever():
    log = []

    async def main():
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        try:
            for _ in itertools.count():
                await asyncio.sleep(1)
        finally:
            log.append("cleaned up")

    before = signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), 2))
    try:
        with pytest.raises(KeyboardInterrupt):
            run_virtual(main())
    finally:
        signal.signal(signal.SIGALRM, before)
    assert log == ["cleaned up"]


def test_no_thread_is_started_and_nothing_is_logged(caplog):
    import threading

    caplog.set_level(logging.DEBUG)

    async def main():
        await asyncio.sleep(1)
        return threading.active_count()

    assert run_virtual(main()) == threading.active_count()
    assert caplog.records == []


def test_debug_mode_changes_nothing(monkeypatch):
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")

    async def main():
        await asyncio.sleep(3600)
        return now()

    assert run_virtual(main()) == 3600
    assert sys.get_coroutine_origin_tracking_depth() == 0
