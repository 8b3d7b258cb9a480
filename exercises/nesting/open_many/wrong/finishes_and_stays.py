# hint: The cancellation disappeared
import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, suppress


@asynccontextmanager
async def open_many(shelf, names):
    async def release(handle):
        with suppress(asyncio.CancelledError):
            await shelf.release(handle)

    async with AsyncExitStack() as stack:
        handles = []
        for name in names:
            handle = await shelf.acquire(name)
            stack.push_async_callback(release, handle)
            handles.append(handle)
        yield handles
