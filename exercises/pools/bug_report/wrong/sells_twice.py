# hint: The caller must hear it.
import asyncio

CAUSE = "d"


class PoolBusy(Exception):
    """No connection became free in time."""


import asyncpg


async def sell(pool, query, patience):
    try:
        connection = await pool.acquire(timeout=patience)
    except TimeoutError:
        raise PoolBusy from None
    try:
        return await connection.fetchval(query)
    except asyncpg.ConnectionDoesNotExistError:
        return await pool.fetchval("select 'sold'")
    finally:
        await pool.release(connection)
