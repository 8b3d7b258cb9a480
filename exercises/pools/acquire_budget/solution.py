import asyncio
from contextlib import asynccontextmanager


class PoolBusy(Exception):
    """No connection became free in time."""


@asynccontextmanager
async def lent(pool, seconds):
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            connection = await pool.acquire()
    except TimeoutError:
        if not limit.expired():
            raise
        raise PoolBusy(f"no connection within {seconds} s") from None
    try:
        async with asyncio.timeout_at(limit.when()):
            yield connection
    finally:
        await pool.release(connection, timeout=seconds)
