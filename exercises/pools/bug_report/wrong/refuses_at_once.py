# hint: each gets its value
import asyncio

CAUSE = "d"


class PoolBusy(Exception):
    """No connection became free in time."""


async def sell(pool, query, patience):
    if pool.get_idle_size() == 0:
        raise PoolBusy
    async with pool.acquire(timeout=patience) as connection:
        return await connection.fetchval(query)
