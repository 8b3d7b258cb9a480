# hint: How many were lent
import asyncio
from contextlib import asynccontextmanager


def lent(pool):
    return pool.get_size() - pool.get_idle_size()


@asynccontextmanager
async def no_leaks(pool):
    tasks, size = asyncio.all_tasks(), pool.get_size() + lent(pool)
    yield
    left = [task.get_name() for task in asyncio.all_tasks() - tasks]
    more = pool.get_size() + lent(pool) - size
    assert not left and more <= 0, f"{left}, {more}"
