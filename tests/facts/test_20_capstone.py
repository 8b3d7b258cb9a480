"""The facts of chapter 20, each asserted on a pool behind a network that breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import pytest

from asyncwith import postgres

DSN = postgres.dsn("facts_20")


@asynccontextmanager
async def pool_of(size: int) -> AsyncIterator[tuple[Any, Any]]:
    """A pool behind a proxy, and the proxy; the table `orders` is empty."""
    async with postgres.proxy(DSN) as network:
        pool = await asyncpg.create_pool(network.dsn, min_size=0, max_size=size)
        try:
            await pool.execute("drop table if exists orders")
            await pool.execute("create table orders (id int primary key)")
            yield pool, network
        finally:
            pool.terminate()


async def closed(network: Any) -> int:
    """Connections that are still open after two seconds at the most."""
    for _ in range(200):
        if not network.open:
            return 0
        await asyncio.sleep(0.01)
    return network.open


async def stored() -> int:
    watcher = await asyncpg.connect(DSN)
    try:
        return await watcher.fetchval("select count(*) from orders")
    finally:
        await watcher.close()


def test_fact_cp1_a_start_that_fails() -> None:
    kept: list[Any] = []

    @asynccontextmanager
    async def bare(dsn: str) -> AsyncIterator[None]:
        pool = await asyncpg.create_pool(dsn, min_size=0, max_size=1)
        kept.append(pool)
        await pool.fetch("select from no_such_table")
        yield
        await pool.close()

    @asynccontextmanager
    async def stacked(dsn: str) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            pool = await stack.enter_async_context(
                asyncpg.create_pool(dsn, min_size=0, max_size=1)
            )
            await pool.fetch("select from no_such_table")
            yield

    async def main() -> None:
        for lifespan, left in ((stacked, 0), (bare, 1)):
            async with postgres.proxy(DSN) as network:
                with pytest.raises(asyncpg.UndefinedTableError):
                    async with lifespan(network.dsn):
                        pass
                assert (await closed(network) if left == 0 else network.open) == left
        kept.pop().terminate()

    asyncio.run(main())


def test_fact_cp2_the_except_handles_the_block() -> None:
    @asynccontextmanager
    async def connection(pool: Any) -> AsyncIterator[Any]:
        try:
            async with pool.acquire(timeout=30) as found:
                yield found
        except TimeoutError:
            raise ConnectionRefusedError("busy") from None

    async def main() -> None:
        async with pool_of(1) as (pool, _):
            with pytest.raises(ConnectionRefusedError, match="busy"):
                async with connection(pool):
                    async with asyncio.timeout(0):
                        await asyncio.sleep(30)

    asyncio.run(main())


def test_fact_cp3_who_waits_is_refused() -> None:
    async def main() -> None:
        async with pool_of(2) as (pool, _):
            lent = [await pool.acquire() for _ in range(2)]
            waiting = [pool._acquire(0.05) for _ in range(4)]
            refused = await asyncio.gather(*waiting, return_exceptions=True)
            assert [type(one) for one in refused] == [TimeoutError] * 4
            for connection in lent:
                assert await connection.fetchval("select 1") == 1
                await pool.release(connection)
            assert await pool.fetchval("select 1", timeout=30) == 1

    asyncio.run(main())


def test_fact_cp4_a_cancelled_order() -> None:
    async def main() -> None:
        async with pool_of(1) as (pool, _):

            async def order(number: int, transaction: bool) -> None:
                async with AsyncExitStack() as stack:
                    db = await stack.enter_async_context(pool.acquire())
                    if transaction:
                        await stack.enter_async_context(db.transaction())
                    await db.execute("insert into orders values ($1)", number)
                    inserted.set()
                    await asyncio.sleep(30)

            for transaction, rows in ((True, 0), (False, 1)):
                inserted = asyncio.Event()
                task = asyncio.create_task(order(1, transaction))
                await inserted.wait()
                task.cancel()
                await asyncio.wait([task])
                assert await stored() == rows

    asyncio.run(main())


def test_fact_cp5_a_cut_before_the_commit() -> None:
    async def main() -> None:
        async with pool_of(1) as (pool, network):
            paid = 0
            with pytest.raises((OSError, asyncpg.PostgresError)):
                async with pool.acquire() as db, db.transaction():
                    await db.execute("insert into orders values (1)")
                    paid += 1
                    network.cut()
            assert (paid, await stored()) == (1, 0)

    asyncio.run(main())


def test_fact_cp6_pages_lend_nothing_between_them() -> None:
    async def main() -> None:
        async with pool_of(1) as (pool, _):

            async def pages() -> AsyncIterator[list[int]]:
                last = 0
                while True:
                    async with pool.acquire() as db:
                        rows = await db.fetch(
                            "select id from orders where id > $1 order by id limit 2",
                            last,
                        )
                    if not rows:
                        return
                    yield [row["id"] for row in rows]
                    last = rows[-1]["id"]

            await pool.execute("insert into orders select generate_series(1, 5)")
            reader = pages()
            assert await anext(reader) == [1, 2]
            assert pool.get_idle_size() == pool.get_size() == 1
            await pool.execute("delete from orders where id = 4")
            assert [page async for page in reader] == [[3, 5]]

    asyncio.run(main())


def test_fact_cp7_close_waits_for_a_stalled_network() -> None:
    async def main() -> None:
        async with pool_of(1) as (pool, network):
            network.stall()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await pool.close()
            network.resume()
            assert await closed(network) == 0
            with pytest.raises(asyncpg.InterfaceError, match="closed"):
                await pool.acquire()

    asyncio.run(main())
