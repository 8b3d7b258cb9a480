# hint: What has replaced it
import asyncio
from contextlib import asynccontextmanager


def lent(pool):
    return pool.get_size() - pool.get_idle_size()


@asynccontextmanager
async def no_leaks(pool):
    tasks, connections = asyncio.all_tasks(), lent(pool)
    try:
        yield
    finally:
        left = [task.get_name() for task in asyncio.all_tasks() - tasks]
        more = lent(pool) - connections
        assert not left and more <= 0, f"{left}, {more}"
