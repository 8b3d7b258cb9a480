# hint: From when does the time count?
import asyncio
from contextlib import asynccontextmanager


class PoolBusy(Exception):
    """No connection became free in time."""


@asynccontextmanager
async def lent(pool, seconds):
    try:
        connection = await pool.acquire(timeout=seconds)
    except TimeoutError:
        raise PoolBusy from None
    try:
        async with asyncio.timeout(seconds):
            yield connection
    finally:
        await pool.release(connection)
