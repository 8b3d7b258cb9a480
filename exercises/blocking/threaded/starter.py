import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def threaded(manager):
    value = await asyncio.to_thread(manager.__enter__)
    try:
        yield value
    finally:
        await asyncio.to_thread(manager.__exit__, None, None, None)
