# hint: Who was still in the queue when the connections came back?
import asyncio

CAUSE = "d"


class PoolBusy(Exception):
    """No connection became free in time."""


async def connection_within(pool, patience):
    waiting = asyncio.ensure_future(pool.acquire())
    try:
        return await asyncio.wait_for(asyncio.shield(waiting), patience)
    except TimeoutError:
        raise PoolBusy from None


async def sell(pool, query, patience):
    connection = await connection_within(pool, patience)
    try:
        return await connection.fetchval(query)
    finally:
        await pool.release(connection)
