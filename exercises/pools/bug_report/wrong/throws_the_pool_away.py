# hint: These had a connection
import asyncio

CAUSE = "d"


class PoolBusy(Exception):
    """No connection became free in time."""


async def sell(pool, query, patience):
    try:
        connection = await asyncio.wait_for(
            asyncio.shield(asyncio.ensure_future(pool.acquire())), patience
        )
    except TimeoutError:
        for holder in pool._holders:
            holder.terminate()
        raise PoolBusy from None
    try:
        return await connection.fetchval(query)
    finally:
        await pool.release(connection)
