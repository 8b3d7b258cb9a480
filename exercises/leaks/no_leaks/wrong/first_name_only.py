# hint: wants to know what to look for
import asyncio
from contextlib import asynccontextmanager


def lent(pool):
    return pool.get_size() - pool.get_idle_size()


@asynccontextmanager
async def no_leaks(pool):
    tasks, connections = asyncio.all_tasks(), lent(pool)
    yield
    for task in sorted(asyncio.all_tasks() - tasks, key=asyncio.Task.get_name):
        raise AssertionError(task.get_name())
    more = lent(pool) - connections
    assert more <= 0, f"{more}"
