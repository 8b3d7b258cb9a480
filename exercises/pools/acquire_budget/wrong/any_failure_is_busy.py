# hint: that is not a busy pool
import asyncio
from contextlib import asynccontextmanager


class PoolBusy(Exception):
    """No connection became free in time."""


@asynccontextmanager
async def lent(pool, seconds):
    deadline = asyncio.get_running_loop().time() + seconds
    try:
        connection = await pool.acquire(timeout=seconds)
    except Exception:
        raise PoolBusy from None
    try:
        async with asyncio.timeout_at(deadline):
            yield connection
    finally:
        await pool.release(connection)
