# hint: ended as if nothing were
import asyncio
from contextlib import asynccontextmanager


def lent(pool):
    return pool.get_size() - pool.get_idle_size()


@asynccontextmanager
async def no_leaks(pool):
    tasks, idle = asyncio.all_tasks(), pool.get_idle_size()
    yield
    left = [task.get_name() for task in asyncio.all_tasks() - tasks]
    more = idle - pool.get_idle_size()
    assert not left and more <= 0, f"{left}, {more}"
