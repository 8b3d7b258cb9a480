# hint: What was there before it
import asyncio
from contextlib import asynccontextmanager


def lent(pool):
    return pool.get_size() - pool.get_idle_size()


@asynccontextmanager
async def no_leaks(pool):
    connections = lent(pool)
    yield
    left = [
        task.get_name()
        for task in asyncio.all_tasks()
        if task is not asyncio.current_task()
    ]
    more = lent(pool) - connections
    assert not left and more <= 0, f"{left}, {more}"
