# hint: When `open_all` returns, every name of the list is held.
from contextlib import AsyncExitStack, asynccontextmanager


@asynccontextmanager
async def opened(shelf, names):
    async with AsyncExitStack() as stack:
        for name in names:
            stack.push_async_callback(shelf.release, await shelf.acquire(name))
        yield


async def open_all(shelf, names):
    return opened(shelf, names)
