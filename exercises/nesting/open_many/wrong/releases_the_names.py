# hint: Each handle goes back once.
from contextlib import AsyncExitStack, asynccontextmanager, suppress


@asynccontextmanager
async def open_many(shelf, names):
    async with AsyncExitStack() as stack:
        handles = []

        async def release(name):
            with suppress(Exception):
                await shelf.release(name)

        for name in names:
            handles.append(await shelf.acquire(name))
            stack.push_async_callback(release, name)
        yield handles
