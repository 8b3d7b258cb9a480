# hint: ended as if nothing were
import asyncio
from contextlib import asynccontextmanager


def lent(pool):
    return pool.get_size() - pool.get_idle_size()


@asynccontextmanager
async def no_leaks(pool):
    tasks = asyncio.all_tasks()
    yield
    left = [task.get_name() for task in asyncio.all_tasks() - tasks]
    assert not left, f"{left}"
