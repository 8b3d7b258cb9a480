# hint: Between the two lines of yours
import asyncio

CAUSE = "d"


class PoolBusy(Exception):
    """No connection became free in time."""


async def connection_within(pool, patience):
    waiting = asyncio.ensure_future(pool.acquire())
    try:
        done, _ = await asyncio.wait([waiting], timeout=patience)
    except asyncio.CancelledError:
        waiting.cancel()
        raise
    if not done:
        waiting.cancel()
        await asyncio.wait([waiting])
        raise PoolBusy
    return waiting.result()


async def sell(pool, query, patience):
    connection = await connection_within(pool, patience)
    try:
        return await connection.fetchval(query)
    finally:
        await pool.release(connection)
