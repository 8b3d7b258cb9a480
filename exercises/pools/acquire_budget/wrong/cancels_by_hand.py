# hint: came out as another thing
import asyncio
from contextlib import asynccontextmanager


class PoolBusy(Exception):
    """No connection became free in time."""


@asynccontextmanager
async def lent(pool, seconds):
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    start = loop.time()
    try:
        connection = await pool.acquire(timeout=seconds)
    except TimeoutError:
        raise PoolBusy from None
    timer = loop.call_at(start + seconds, task.cancel)
    try:
        yield connection
    except asyncio.CancelledError:
        raise TimeoutError from None
    finally:
        timer.cancel()
        await pool.release(connection)
