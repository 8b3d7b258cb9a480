# hint: ended as if nothing were
import asyncio
from contextlib import asynccontextmanager


def lent(pool):
    return pool.get_size() - pool.get_idle_size()


@asynccontextmanager
async def no_leaks(pool):
    tasks, connections = asyncio.all_tasks(), lent(pool)
    yield
    if left := asyncio.all_tasks() - tasks:
        await asyncio.wait(left)
    more = lent(pool) - connections
    assert more <= 0, f"{more}"
