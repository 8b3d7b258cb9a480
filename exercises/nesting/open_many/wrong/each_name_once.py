# hint: as often as it is there
from contextlib import AsyncExitStack, asynccontextmanager


@asynccontextmanager
async def open_many(shelf, names):
    async with AsyncExitStack() as stack:
        handles = {}
        for name in names:
            if name not in handles:
                handles[name] = await shelf.acquire(name)
                stack.push_async_callback(shelf.release, handles[name])
        yield [handles[name] for name in names]
