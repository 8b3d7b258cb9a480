"""The facts of chapter 19, each asserted where the leak is, or in a process."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import signal
import traceback
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import anyio
import asyncpg

from asyncwith import postgres, run_script

IN_TRANSACTION = "select state = 'idle in transaction' from pg_stat_activity"


@contextmanager
def all_warnings() -> Iterator[list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


@asynccontextmanager
async def opened() -> AsyncIterator[Any]:
    pool = await asyncpg.create_pool(postgres.dsn(), min_size=1, max_size=1)
    try:
        yield pool
    finally:
        pool.terminate()


async def served(watcher: Any, pid: int) -> bool:
    """Whether the server still has this session after two seconds at the most."""
    query = "select count(*) from pg_stat_activity where pid = $1"
    for _ in range(200):
        if not await watcher.fetchval(query, pid):
            return False
        await asyncio.sleep(0.01)
    return True


def descriptors() -> int:
    return len(os.listdir("/dev/fd"))


def test_fact_lk1_the_victim_fails() -> None:
    done = run_script("""
        import os, resource
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        leaked = []
        try:
            while True:
                leaked.append(os.dup(0))
        except OSError:
            pass
        with open(__file__):  # the innocent line
            pass
    """)
    assert re.search(
        r"OSError: \[Errno 24\] Too many open files: '.*script", done.stderr
    )
    assert "line 10, in <module>" in done.stderr


def test_fact_lk2_warnings_see_only_what_is_collected() -> None:
    async def audit() -> None:
        pass

    async def main() -> None:
        with all_warnings() as caught:
            audit()
            gc.collect()
        assert [str(warning.message).split(" ")[0] for warning in caught] == [
            "coroutine"
        ]
        async with opened() as pool:
            with all_warnings() as caught:
                task = asyncio.create_task(asyncio.sleep(60))
                kept = await asyncpg.connect(postgres.dsn())
                lent = await pool.acquire()
                await lent.execute("begin")
                gc.collect()
            assert caught == []
            task.cancel()
            await kept.close()

    asyncio.run(main())


def test_fact_lk3_each_shows_in_one_place() -> None:
    async def main() -> None:
        async with opened() as pool:

            def look() -> tuple[int, int, int]:
                lent = pool.get_size() - pool.get_idle_size()
                return len(asyncio.all_tasks()), descriptors(), lent

            tasks, files, lent = look()
            task = asyncio.create_task(asyncio.sleep(60))
            assert look() == (tasks + 1, files, lent)
            task.cancel()
            await asyncio.wait([task])
            kept = await asyncpg.connect(postgres.dsn())
            assert look() == (tasks, files + 1, lent)
            await kept.close()
            await asyncio.sleep(0)
            await pool.acquire()
            assert look() == (tasks, files, lent + 1)

    asyncio.run(main())


def test_fact_lk4_the_server_knows_of_the_transaction() -> None:
    async def main() -> None:
        async with opened() as pool, opened() as watcher:
            connection = await pool.acquire()
            query = f"{IN_TRANSACTION} where pid = {connection.get_server_pid()}"
            assert await watcher.fetchval(query) is False
            await connection.execute("begin")
            assert await watcher.fetchval(query) is True

    asyncio.run(main())


def test_fact_lk5_the_dropped_one_warns_and_ends() -> None:
    async def main() -> None:
        async with opened() as watcher:
            for dropped in (False, True):
                with all_warnings() as caught:
                    connection = await asyncpg.connect(postgres.dsn())
                    pid = connection.get_server_pid()
                    kept = None if dropped else connection
                    del connection
                    gc.collect()
                found = [warning.category for warning in caught]
                assert (ResourceWarning in found) is dropped
                assert await served(watcher, pid) is not dropped
                if kept is not None:
                    await kept.close()

    asyncio.run(main())


def test_fact_lk6_a_finalizer_lets_no_error_out() -> None:
    done = run_script("""
        import warnings
        warnings.simplefilter("error")
        file = open(__file__)
        file = None
        print("the end")
    """)
    assert (done.stdout, done.returncode) == ("the end\n", 0)
    assert "Exception ignored" in done.stderr
    assert "ResourceWarning: unclosed file" in done.stderr


def test_fact_073_debug_mode_knows_where_it_was_made() -> None:
    script = """
        import asyncio
        jobs = []
        async def audit(): pass
        async def main():
            jobs.append(audit())
            jobs.clear()
        asyncio.run(main(), debug=%s)
    """
    plain, debug = (run_script(script % how).stderr for how in (False, True))
    assert "jobs.clear()" in plain and "jobs.append" not in plain
    assert "Coroutine created at" in debug and "jobs.append(audit())" in debug


def test_fact_lk7_a_waiting_task_has_one_frame() -> None:
    async def inner() -> None:
        await asyncio.sleep(60)

    async def outer() -> None:
        await inner()

    async def main() -> None:
        task = asyncio.create_task(outer())
        await asyncio.sleep(0)
        assert [frame.f_code.co_name for frame in task.get_stack()] == ["outer"]
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(main())
    script = """
        import asyncio, signal
        async def main():
            asked = asyncio.Event()
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGUSR1, asked.set)
            print("ready", flush=True)
            await asked.wait()
            print("goes on")
        asyncio.run(main())
    """
    done = run_script(script, send={"ready": signal.SIGUSR1})
    assert (done.stdout, done.returncode) == ("ready\ngoes on\n", 0)


def test_fact_lk8_the_caller_is_on_the_stack_of_the_acquire() -> None:
    noted: list[str] = []

    async def acquire() -> None:
        noted.append(traceback.extract_stack(limit=2)[0].name)

    async def checkout() -> None:
        await acquire()

    async def refund() -> None:
        await checkout()
        await acquire()

    asyncio.run(refund())
    assert noted == ["checkout", "refund"]


def test_fact_lk9_a_memory_stream_warns() -> None:
    async def main(closed: bool) -> list[str]:
        with all_warnings() as caught:
            send, receive = anyio.create_memory_object_stream[int](1)
            send.close()
            if closed:
                receive.close()
            del send, receive
            gc.collect()
        return [str(warning.message).partition(" at")[0] for warning in caught]

    assert asyncio.run(main(closed=True)) == []
    assert asyncio.run(main(closed=False)) == ["Unclosed <MemoryObjectReceiveStream"]
