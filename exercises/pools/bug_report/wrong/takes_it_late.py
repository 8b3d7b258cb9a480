# hint: clients leave. Who was still in the queue then?
import asyncio

CAUSE = "d"


class PoolBusy(Exception):
    """No connection became free in time."""


async def connection_within(pool, patience):
    waiting = asyncio.ensure_future(pool.acquire())
    done, _ = await asyncio.wait([waiting], timeout=patience)
    if not done:
        waiting.add_done_callback(
            lambda late: asyncio.ensure_future(pool.release(late.result()))
        )
        raise PoolBusy
    return waiting.result()


async def sell(pool, query, patience):
    connection = await connection_within(pool, patience)
    try:
        return await connection.fetchval(query)
    finally:
        await pool.release(connection)
