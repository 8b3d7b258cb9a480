# hint: are not the same tasks
import asyncio
from contextlib import asynccontextmanager


def lent(pool):
    return pool.get_size() - pool.get_idle_size()


@asynccontextmanager
async def no_leaks(pool):
    tasks, connections = len(asyncio.all_tasks()), lent(pool)
    yield
    names = [task.get_name() for task in asyncio.all_tasks()]
    more = lent(pool) - connections
    if len(names) > tasks or more > 0:
        new = [name for name in names if not name.startswith("older")]
        raise AssertionError(f"{new}, {more}")
