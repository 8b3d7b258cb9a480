# hint: Nobody got the connection, and it is gone.
import asyncio
from contextlib import asynccontextmanager


class PoolBusy(Exception):
    """No connection became free in time."""


@asynccontextmanager
async def lent(pool, seconds):
    deadline = asyncio.get_running_loop().time() + seconds
    waiting = asyncio.ensure_future(pool.acquire())
    done, _ = await asyncio.wait([waiting], timeout=seconds)
    if not done:
        raise PoolBusy
    connection = waiting.result()
    try:
        async with asyncio.timeout_at(deadline):
            yield connection
    finally:
        await pool.release(connection, timeout=seconds)
