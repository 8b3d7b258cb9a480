# hint: wants to know what to look for
import asyncio
from contextlib import asynccontextmanager


def lent(pool):
    return pool.get_size() - pool.get_idle_size()


@asynccontextmanager
async def no_leaks(pool):
    tasks, connections = asyncio.all_tasks(), lent(pool)
    yield
    left = [task.get_name() for task in asyncio.all_tasks() - tasks]
    assert not left, f"{left}"
    more = lent(pool) - connections
    assert more <= 0, f"{more}"
