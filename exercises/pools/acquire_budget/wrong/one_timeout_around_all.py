# hint: the pool was busy
import asyncio
from contextlib import asynccontextmanager


class PoolBusy(Exception):
    """No connection became free in time."""


@asynccontextmanager
async def lent(pool, seconds):
    async with asyncio.timeout(seconds):
        async with pool.acquire(timeout=2 * seconds) as connection:
            yield connection
