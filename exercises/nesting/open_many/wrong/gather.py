# hint: and nobody holds its handle
import asyncio
from contextlib import AsyncExitStack, asynccontextmanager


@asynccontextmanager
async def open_many(shelf, names):
    handles = await asyncio.gather(*(shelf.acquire(name) for name in names))
    async with AsyncExitStack() as stack:
        for handle in handles:
            stack.push_async_callback(shelf.release, handle)
        yield list(handles)
