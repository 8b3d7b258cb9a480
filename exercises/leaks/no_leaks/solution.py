import asyncio
from contextlib import asynccontextmanager


def lent(pool):
    return pool.get_size() - pool.get_idle_size()


@asynccontextmanager
async def no_leaks(pool):
    tasks, connections = asyncio.all_tasks(), lent(pool)
    yield
    left = [f"task {task.get_name()}" for task in asyncio.all_tasks() - tasks]
    more = lent(pool) - connections
    if more > 0:
        left.append(f"{more} of the pool's connections")
    if left:
        raise AssertionError("left behind: " + ", ".join(left))
