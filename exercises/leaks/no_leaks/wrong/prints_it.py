# hint: ended as if nothing were
import asyncio
from contextlib import asynccontextmanager


def lent(pool):
    return pool.get_size() - pool.get_idle_size()


@asynccontextmanager
async def no_leaks(pool):
    tasks, connections = asyncio.all_tasks(), lent(pool)
    yield
    left = [task.get_name() for task in asyncio.all_tasks() - tasks]
    more = lent(pool) - connections
    if left or more > 0:
        print(f"left behind: {left}, {more}")
