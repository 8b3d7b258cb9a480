# hint: The patience is for the waiting.
import asyncio

CAUSE = "d"


class PoolBusy(Exception):
    """No connection became free in time."""


async def sell(pool, query, patience):
    try:
        async with asyncio.timeout(patience):
            async with pool.acquire() as connection:
                return await connection.fetchval(query)
    except TimeoutError:
        raise PoolBusy from None
