# hint: The block raised, and the exit did not run
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def threaded(manager):
    value = await asyncio.to_thread(manager.__enter__)
    yield value
    await asyncio.to_thread(manager.__exit__, None, None, None)
