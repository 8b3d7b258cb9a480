# hint: They left: their tasks end now
import asyncio

CAUSE = "d"


class PoolBusy(Exception):
    """No connection became free in time."""


async def sell(pool, query, patience):
    try:
        connection = await pool.acquire(timeout=patience)
    except TimeoutError:
        raise PoolBusy from None
    try:
        return await asyncio.shield(connection.fetchval(query))
    finally:
        await pool.release(connection)
