from contextlib import AsyncExitStack, asynccontextmanager


@asynccontextmanager
async def open_many(shelf, names):
    async with AsyncExitStack() as stack:
        handles = []
        for name in names:
            handle = await shelf.acquire(name)
            stack.push_async_callback(shelf.release, handle)
            handles.append(handle)
        yield handles
