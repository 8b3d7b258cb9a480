# hint: Each handle goes back once.
from contextlib import AsyncExitStack, asynccontextmanager


@asynccontextmanager
async def open_many(shelf, names):
    async with AsyncExitStack() as stack:
        handles = []
        for name in names:
            handle = await shelf.acquire(name)
            stack.callback(shelf.release, handle)
            handles.append(handle)
        yield handles
