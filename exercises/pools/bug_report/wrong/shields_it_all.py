# hint: They left with their connections.
import asyncio

CAUSE = "d"


class PoolBusy(Exception):
    """No connection became free in time."""


async def sell(pool, query, patience):
    return await asyncio.shield(_sell(pool, query, patience))


async def _sell(pool, query, patience):
    try:
        connection = await pool.acquire(timeout=patience)
    except TimeoutError:
        raise PoolBusy from None
    try:
        return await connection.fetchval(query)
    finally:
        await pool.release(connection)
