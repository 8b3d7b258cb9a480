# hint: and leave alone what it sees
import asyncio
from contextlib import asynccontextmanager


def lent(pool):
    return pool.get_size() - pool.get_idle_size()


@asynccontextmanager
async def no_leaks(pool):
    tasks, connections = asyncio.all_tasks(), lent(pool)
    yield
    left = asyncio.all_tasks() - tasks
    for task in left:
        task.cancel()
    more = lent(pool) - connections
    names = [task.get_name() for task in left]
    assert not left and more <= 0, f"{names}, {more}"
