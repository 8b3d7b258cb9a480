import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def no_leaks(pool):
    try:
        yield
    finally:
        assert len(asyncio.all_tasks()) == 1, "a task is left behind"
