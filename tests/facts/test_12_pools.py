"""The facts of chapter 12, each asserted on asyncpg and a real PostgreSQL."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import anyio
import asyncpg
import pytest

from asyncwith import checkpoint, postgres, run_script, sweep_task

NAME = "facts_of_pools"
TWO = {"min_size": 2, "max_size": 2}
SLOW = "select pg_sleep(30)"


def create(**settings: Any) -> Any:
    named = {"server_settings": {"application_name": NAME}}
    return asyncpg.create_pool(postgres.dsn(), **named | settings)


@asynccontextmanager
async def opened(**settings: Any) -> AsyncIterator[Any]:
    """A pool that ends with the block, whatever is lent."""
    pool = await create(**settings)
    try:
        yield pool
    finally:
        pool.terminate()


async def ask(columns: str) -> list[tuple[Any, ...]]:
    """What the server says of the pool's sessions."""
    watcher = await asyncpg.connect(postgres.dsn())
    try:
        rows = await watcher.fetch(
            f"select {columns} from pg_stat_activity "
            "where datname = current_database() and application_name = $1",
            NAME,
        )
    finally:
        await watcher.close()
    return [tuple(row) for row in rows]


async def until(columns: str, answer: list[tuple[Any, ...]]) -> None:
    async with asyncio.timeout(20):
        while await ask(columns) != answer:  # noqa: ASYNC110 - the server knows
            await asyncio.sleep(0.01)


async def kill(pool: Any) -> None:
    await ask("pg_terminate_backend(pid)")
    async with asyncio.timeout(20):
        while pool.get_size():  # noqa: ASYNC110 - until the loop has heard
            await asyncio.sleep(0.01)


async def can_be_lent(pool: Any, count: int) -> bool:
    async with AsyncExitStack() as stack:
        try:
            for _ in range(count):
                await stack.enter_async_context(pool.acquire(timeout=2))
        except TimeoutError:
            return False
    return True


@pytest.fixture(autouse=True)
def no_session_of_another_test() -> None:
    asyncio.run(until("count(*)", [(0,)]))


def test_fact_088_a_pool_is_none_before_it_is_opened_and_opens_ten() -> None:
    async def main() -> None:
        pool = create()
        with pytest.raises(asyncpg.InterfaceError, match="pool is not initialized"):
            await pool.fetchval("select 1")
        async with pool:
            assert await ask("count(*)") == [(10,)]
        async with opened(min_size=0) as lazy:
            assert (await ask("count(*)"), lazy.get_size()) == ([(0,)], 0)
            await lazy.fetchval("select 1")
            assert await ask("count(*)") == [(1,)]

    asyncio.run(main())


def test_fact_88a_a_max_size_below_ten_needs_a_min_size() -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match="min_size is greater than max_size"):
            create(max_size=9)
        create(max_size=10)
        create(max_size=9, min_size=9)

    asyncio.run(main())


def test_fact_089_an_exhausted_pool_waits_until_a_timeout() -> None:
    async def main() -> None:
        async with opened(**TWO) as pool:
            async with pool.acquire(), pool.acquire():
                waiting = asyncio.create_task(pool.fetchval("select 7"))
                with pytest.raises(TimeoutError):
                    await pool.acquire(timeout=0.2)
                assert not waiting.done()
            assert await waiting == 7
            assert pool.get_idle_size() == 2

    asyncio.run(main())


def test_fact_090_a_connection_is_used_by_one_query_and_until_its_release() -> None:
    async def main() -> None:
        async with opened(**TWO) as pool:
            async with pool.acquire() as connection:
                first = asyncio.create_task(connection.fetchval("select 1"))
                await asyncio.sleep(0)
                with pytest.raises(asyncpg.InterfaceError, match="another operation"):
                    await connection.fetchval("select 2")
                assert await first == 1
            with pytest.raises(asyncpg.InterfaceError, match="released back"):
                await connection.fetchval("select 1")
            with pytest.raises(AttributeError, match="PoolAcquireContext"):
                await pool.acquire().fetchval("select 1")

    asyncio.run(main())


def test_fact_094_close_waits_and_a_cancelled_close_terminates() -> None:
    async def main() -> None:
        async with opened(**TWO) as pool:
            connection = await pool.acquire()
            closing = asyncio.create_task(pool.close())
            await asyncio.wait([closing], timeout=0.1)
            assert not closing.done()
            with pytest.raises(asyncpg.InterfaceError, match="pool is closing"):
                await pool.acquire()
            assert await connection.fetchval("select 7") == 7
            closing.cancel()
            await asyncio.wait([closing])
            assert closing.cancelled()
            with pytest.raises(asyncpg.InterfaceError):
                await connection.fetchval("select 1")
            await until("count(*)", [(0,)])
        async with opened(**TWO) as pool:
            connection = await pool.acquire()
            closing = asyncio.create_task(pool.close())
            await asyncio.sleep(0)
            await pool.release(connection)
            await asyncio.wait_for(closing, 5)

    asyncio.run(main())


async def forget(pool: Any) -> None:
    connection = await pool.acquire()
    await connection.execute("select 'forgotten'")


def test_fact_095_a_leak_survives_the_timer_and_the_collector() -> None:
    async def main() -> None:
        settings = {"min_size": 0, "max_inactive_connection_lifetime": 0.05}
        async with opened(max_size=2, **settings) as pool:
            await forget(pool)
            await pool.execute("select 'released'")
            gc.collect()
            await until("count(*)", [(1,)])  # the timer works, for the other
            await asyncio.sleep(0.2)
            gc.collect()
            assert await ask("state, query") == [("idle", "select 'forgotten'")]
            assert (pool.get_size(), pool.get_idle_size()) == (1, 0)

    asyncio.run(main())


def test_fact_95a_the_end_of_the_backend_gives_the_slot_back() -> None:
    async def main() -> None:
        async with opened(min_size=0, max_size=1) as pool:
            await forget(pool)
            with pytest.raises(TimeoutError):
                await pool.acquire(timeout=0.1)
            await kill(pool)
            assert await can_be_lent(pool, 1)

    asyncio.run(main())


def test_fact_96p_a_release_undoes_settings_and_keeps_temporary_tables() -> None:
    async def main() -> None:
        async with opened(min_size=1, max_size=1) as pool:
            before = await pool.fetchval("show timezone")
            async with pool.acquire() as connection:
                await connection.execute("set timezone = 'Asia/Tokyo'")
                await connection.execute("create temp table basket ()")
                assert await connection.fetchval("show timezone") != before
            assert await pool.fetchval("show timezone") == before
            assert await pool.fetchval("select to_regclass('basket')") is not None

    asyncio.run(main())


@pytest.mark.parametrize("size", [1, 2, 4])
def test_fact_097_acquiring_twice_stops_as_many_handlers_as_slots(size: int) -> None:
    async def handler(pool: Any) -> None:
        async with pool.acquire() as outer:
            await outer.fetchval("select 1")
            async with pool.acquire() as inner:
                await inner.fetchval("select 1")

    async def waiting(pool: Any, count: int) -> int:
        ready = asyncio.Barrier(count)

        async def together() -> None:
            async with pool.acquire() as outer:
                await ready.wait()
                async with pool.acquire() as inner:
                    await inner.fetchval("select 1")
                await outer.fetchval("select 1")

        tasks = [asyncio.create_task(together()) for _ in range(count)]
        _, left = await asyncio.wait(tasks, timeout=0.3)
        for task in left:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return len(left)

    async def main() -> None:
        async with opened(min_size=size, max_size=size) as pool:
            assert await waiting(pool, size) == size
            if size > 1:
                await asyncio.gather(*[handler(pool) for _ in range(size - 1)])
            assert await can_be_lent(pool, size)

    asyncio.run(main())


def test_fact_098_connect_and_connection_are_no_managers() -> None:
    async def main() -> None:
        connecting = asyncpg.connect(postgres.dsn())
        with pytest.raises(TypeError, match="asynchronous context manager"):
            async with connecting:
                pass
        connection = await connecting
        with pytest.raises(TypeError, match="asynchronous context manager"):
            async with connection:
                pass
        await connection.close()

    asyncio.run(main())


SECOND_LOOP = """
import asyncio, asyncpg, sys

async def opened():
    return await asyncpg.create_pool(sys.argv[1], min_size=1, max_size=1)

with asyncio.Runner() as runner:
    pool = runner.run(opened())
    print(runner.run(pool.fetchval("select 7")))
    try:
        asyncio.run(pool.fetchval("select 1"))
    except Exception as error:
        print(type(error).__name__, error)
    pool.terminate()
"""


def test_fact_98a_a_second_loop_meets_an_operation_that_is_none() -> None:
    done = run_script(SECOND_LOOP, args=[postgres.dsn()])
    said = "InterfaceError cannot perform operation: another operation is in progress"
    assert done.stdout.splitlines() == ["7", said], done.stderr


async def request(pool: Any, query: str = SLOW) -> None:
    async with pool.acquire() as connection:
        await connection.execute(query)


def test_fact_099_a_cancelled_query_stops_and_keeps_its_backend() -> None:
    async def main() -> None:
        async with opened(**TWO) as pool:
            before = sorted(await ask("pid"))
            for _ in range(20):
                tasks = [asyncio.create_task(request(pool)) for _ in range(2)]
                await until("state", [("active",), ("active",)])
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
                assert all(task.cancelled() for task in tasks)
                assert await ask("state") == [("idle",), ("idle",)]
            assert sorted(await ask("pid")) == before
            assert pool.get_idle_size() == 2

    asyncio.run(main())


def test_fact_99a_anyio_leaves_before_the_release_and_asyncio_after() -> None:
    async def main() -> None:
        async with opened(min_size=1, max_size=1) as pool:
            with anyio.move_on_after(0.2) as scope:
                await request(pool)
            assert (scope.cancelled_caught, pool.get_idle_size()) == (True, 0)
            assert await pool.fetchval("select 7") == 7
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await request(pool)
            assert pool.get_idle_size() == 1

    asyncio.run(main())


def test_fact_99k_a_killed_backend_costs_the_request_that_uses_it() -> None:
    async def main() -> None:
        async with opened(min_size=0, max_size=1) as pool:
            await pool.fetchval("select 1")
            await kill(pool)
            assert await pool.fetchval("select 7") == 7  # idle: nobody is told
            async with pool.acquire() as connection:
                await kill(pool)
                with pytest.raises(asyncpg.InterfaceError, match="released back"):
                    await connection.fetchval("select 1")
            assert await pool.fetchval("select 7") == 7
            task = asyncio.create_task(request(pool))
            await until("state", [("active",)])
            await kill(pool)
            with pytest.raises(asyncpg.ConnectionDoesNotExistError):
                await task
            assert await pool.fetchval("select 7") == 7

    asyncio.run(main())


DEADLINE = 0.4


async def by_query(pool: Any) -> None:
    async with pool.acquire() as connection:
        await connection.fetchval("select 1", timeout=DEADLINE)


async def by_block(pool: Any) -> None:
    async with asyncio.timeout(DEADLINE), pool.acquire() as connection:
        await connection.fetchval("select 1")


async def by_both(pool: Any) -> None:
    async with pool.acquire(timeout=DEADLINE) as connection:
        await connection.fetchval("select 1", timeout=DEADLINE)


async def by_pool(pool: Any) -> None:
    await pool.fetchval("select 1")


@pytest.mark.parametrize(
    "way, freed",
    [(by_query, False), (by_block, False), (by_both, True), (by_pool, True)],
)
def test_fact_99s_a_silent_network_is_left_after_two_deadlines_or_never(
    way: Callable[[Any], Awaitable[None]], freed: bool
) -> None:
    async def main() -> None:
        settings = {"command_timeout": DEADLINE} if way is by_pool else {}
        async with postgres.proxy(postgres.dsn()) as network:
            pool: Any = await asyncpg.create_pool(network.dsn, min_size=0, **settings)
            await way(pool)
            network.stall()
            start = time.monotonic()
            task = asyncio.ensure_future(way(pool))
            done, _ = await asyncio.wait([task], timeout=5 * DEADLINE)
            took = time.monotonic() - start
            network.resume()
            with pytest.raises(TimeoutError):
                await task
            pool.terminate()
        assert bool(done) is freed
        if freed:
            assert took >= 1.9 * DEADLINE

    asyncio.run(main())


def test_fact_101_a_closed_pool_is_entered_without_a_word() -> None:
    async def main() -> None:
        async with opened(**TWO) as pool:
            await pool.close()
            async with pool:
                with pytest.raises(asyncpg.InterfaceError, match="pool is closed"):
                    await pool.fetchval("select 1")

    asyncio.run(main())


class Pool:
    """A pool of one slot, whose connection marks where it waits."""

    def __init__(self) -> None:
        self.slots: asyncio.Queue[str | None] = asyncio.Queue()
        self.slots.put_nowait(None)

    @asynccontextmanager
    async def naive(self) -> AsyncGenerator[None]:
        await self.slots.get()
        await checkpoint("connecting")
        try:
            yield
        finally:
            await checkpoint("resetting")
            self.slots.put_nowait("connection")

    @asynccontextmanager
    async def guarded(self) -> AsyncGenerator[None]:
        await self.slots.get()
        try:
            await checkpoint("connecting")
            try:
                yield
            finally:
                await checkpoint("resetting")
        finally:
            self.slots.put_nowait(None)


@pytest.mark.parametrize("kind, lost", [("naive", [1, 3]), ("guarded", [])])
def test_fact_101a_connecting_and_resetting_lose_an_unguarded_slot(
    kind: str, lost: list[int]
) -> None:
    async def main() -> list[int]:
        pool = Pool()

        def scenario() -> Any:
            nonlocal pool
            pool = Pool()
            return getattr(pool, kind)()

        def leaked() -> list[str]:
            return ["slot"] if pool.slots.empty() else []

        report = await sweep_task(scenario, leaked=leaked)
        return [outcome.point for outcome in report if outcome.leaks]

    assert asyncio.run(main()) == lost


@pytest.mark.parametrize("size, fits", [(8, True), (10, False)])
def test_fact_101b_the_workers_pools_must_fit_together(size: int, fits: bool) -> None:
    async def main() -> None:
        sizes = {"min_size": size, "max_size": size}
        async with (
            postgres.private(max_connections=20) as server,
            asyncpg.create_pool(server.dsn, **sizes),
        ):
            second: Any = asyncpg.create_pool(server.dsn, **sizes)
            if fits:
                async with second:
                    pass
            else:
                with pytest.raises(asyncpg.TooManyConnectionsError):
                    await second

    asyncio.run(main())
