# hint: Was the pool busy?
import asyncio

CAUSE = "d"


class PoolBusy(Exception):
    """No connection became free in time."""


async def sell(pool, query, patience):
    try:
        async with pool.acquire(timeout=patience) as connection:
            return await connection.fetchval(query)
    except TimeoutError:
        raise PoolBusy from None
