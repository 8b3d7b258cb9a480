# hint: `__enter__` blocks, and it ran
from contextlib import asynccontextmanager


@asynccontextmanager
async def threaded(manager):
    with manager as value:
        yield value
