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
    waited = iter(itertools.count(start=0, step=0.15))
    monkeypatch.setattr(liveness, "_waited_for_processor", lambda: next(waited))

    async def block():
        time.sleep(0.2)  # noqa: ASYNC251 - of which 0.15 s were waiting

    assert str(pulse_of(block)) == "ok"


@pytest.mark.skipif(
    not Path("/proc/thread-self/schedstat").exists(), reason="only Linux tells"
)
def test_a_busy_machine_is_noticed():
    spin = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(spin) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        before = liveness._waited_for_processor()
        end = time.perf_counter() + 0.5
        while time.perf_counter() < end:
            pass
        waited = liveness._waited_for_processor() - before
    finally:
        for other in others:
            other.kill()
            other.wait()
    assert 0.05 < waited < 0.5


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
