# hint: Nothing became free within their patience
import asyncio

CAUSE = "d"


class PoolBusy(Exception):
    """No connection became free in time."""


async def sell(pool, query, patience):
    async with pool.acquire(timeout=patience) as connection:
        return await connection.fetchval(query)
