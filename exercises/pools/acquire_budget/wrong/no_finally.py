# hint: The slow block keeps its connection.
import asyncio
from contextlib import asynccontextmanager


class PoolBusy(Exception):
    """No connection became free in time."""


@asynccontextmanager
async def lent(pool, seconds):
    deadline = asyncio.get_running_loop().time() + seconds
    try:
        connection = await pool.acquire(timeout=seconds)
    except TimeoutError:
        raise PoolBusy from None
    async with asyncio.timeout_at(deadline):
        yield connection
    await pool.release(connection)
