# hint: Whose `TimeoutError` do you take for your own?
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
    try:
        async with asyncio.timeout_at(deadline):
            yield connection
    finally:
        await pool.release(connection)
