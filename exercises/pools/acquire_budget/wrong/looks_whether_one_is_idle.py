# hint: gives up before its time is over
import asyncio
from contextlib import asynccontextmanager


class PoolBusy(Exception):
    """No connection became free in time."""


@asynccontextmanager
async def lent(pool, seconds):
    if pool.get_idle_size() == 0 and pool.get_size() == pool.get_max_size():
        raise PoolBusy
    async with asyncio.timeout(seconds), pool.acquire(timeout=seconds) as connection:
        yield connection
