# hint: should not blame the pool
import asyncio
from contextlib import asynccontextmanager


class PoolBusy(Exception):
    """No connection became free in time."""


@asynccontextmanager
async def lent(pool, seconds):
    try:
        async with asyncio.timeout(seconds):
            async with pool.acquire(timeout=seconds) as connection:
                yield connection
    except TimeoutError:
        raise PoolBusy from None
