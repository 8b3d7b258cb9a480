# hint: How do you ask which of the two
import asyncio
import sys
from contextlib import asynccontextmanager


def lent(pool):
    return pool.get_size() - pool.get_idle_size()


@asynccontextmanager
async def no_leaks(pool):
    tasks, connections = asyncio.all_tasks(), lent(pool)
    try:
        yield
    finally:
        if sys.exc_info()[0] is None:
            left = [task.get_name() for task in asyncio.all_tasks() - tasks]
            more = lent(pool) - connections
            assert not left and more <= 0, f"{left}, {max(more, 0)}"
