# hint: the outer one has forgotten
import asyncio
from contextlib import asynccontextmanager

before = None


@asynccontextmanager
async def no_leaks(pool):
    global before
    before = asyncio.all_tasks()
    lent = pool.get_size() - pool.get_idle_size()
    yield
    left = [task.get_name() for task in asyncio.all_tasks() - before]
    more = pool.get_size() - pool.get_idle_size() - lent
    assert not left and more <= 0, f"{left}, {max(more, 0)}"
