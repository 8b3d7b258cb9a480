"""The heartbeat: ok while the loop turns, BLOCKED once it stood still."""

import asyncio
import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from asyncwith import heartbeat, liveness


def pulse_of(block):
    async def main():
        async with heartbeat() as pulse:
            await block()
        return pulse, asyncio.all_tasks() - {asyncio.current_task()}

    pulse, left = asyncio.run(main())
    assert left == set()
    return pulse


def test_waiting_does_not_block():
    pulse = pulse_of(lambda: asyncio.sleep(0.3))
    assert (str(pulse), pulse.blocked) == ("ok", False)
    assert pulse.beats > 3


async def sleep_blocking():
    time.sleep(0.2)  # noqa: ASYNC251 - what the heartbeat is to notice


async def compute():
    end = time.thread_time() + 0.2
    while time.thread_time() < end:
        pass


@pytest.mark.parametrize("block", [sleep_blocking, compute])
def test_a_block_that_never_waits_is_noticed_at_its_end(block):
    pulse = pulse_of(block)
    assert (str(pulse), pulse.blocked) == ("BLOCKED", True)
    assert pulse.longest_gap > 0.19


def test_a_gap_in_the_middle_is_kept():
    async def block():
        await asyncio.sleep(0.05)
        await sleep_blocking()
        await asyncio.sleep(0.05)

    assert str(pulse_of(block)) == "BLOCKED"


def test_a_thread_does_not_block():
    assert str(pulse_of(lambda: asyncio.to_thread(time.sleep, 0.2))) == "ok"


def test_the_time_before_the_block_does_not_count():
    async def main():
        beating = heartbeat()
        await sleep_blocking()
        async with beating as pulse:
            await asyncio.sleep(0.02)
        return str(pulse)

    assert asyncio.run(main()) == "ok"


def test_time_without_a_processor_is_not_the_loops_fault(monkeypatch):
    waited = [0.0]
    monkeypatch.setattr(liveness, "_waited_for_processor", lambda: waited[-1])

    async def block():
        time.sleep(0.2)  # noqa: ASYNC251 - all of it waiting, and what comes after
        waited.append(60.0)

    assert str(pulse_of(block)) == "ok"


@pytest.mark.parametrize("reading", [1, 2])
def test_losing_the_processor_while_it_reads_hides_no_block(monkeypatch, reading):
    readings, waited = itertools.count(1), [0.0]

    def wait_for_processor():
        if blocked and next(readings) == reading:
            time.sleep(0.15)
            waited.append(0.15)
        return waited[-1]

    async def block():
        time.sleep(0.2)  # noqa: ASYNC251 - none of it was waiting
        blocked.append(True)

    blocked = []
    monkeypatch.setattr(liveness, "_waited_for_processor", wait_for_processor)
    assert str(pulse_of(block)) == "BLOCKED"


@pytest.mark.skipif(
    not Path("/proc/thread-self/schedstat").exists(), reason="only Linux tells"
)
def test_a_busy_machine_is_noticed():
    spin = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(spin) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        before = liveness._waited_for_processor()
        begun = time.perf_counter()
        while time.perf_counter() < begun + 0.5:
            pass
        waited = liveness._waited_for_processor() - before
        took = time.perf_counter() - begun
    finally:
        for other in others:
            other.kill()
            other.wait()
    assert 0.05 < waited < took


def test_a_heartbeat_is_used_once():
    async def main():
        beating = heartbeat()
        async with beating:
            pass
        async with beating:
            pass

    with pytest.raises(RuntimeError, match="call heartbeat\\(\\) again"):
        asyncio.run(main())


def test_an_error_in_the_block_leaves_and_ends_the_beating():
    async def main():
        async with heartbeat():
            raise KeyError

    with pytest.raises(KeyError):
        asyncio.run(main())


@pytest.mark.parametrize(("every", "after"), [(0, 0.1), (0.2, 0.1), (-1, 0.1)])
def test_impossible_times_are_refused(every, after):
    with pytest.raises(ValueError, match="0 < every < blocked_after"):
        heartbeat(every, after)
