# hint: The block's exception is gone.
from contextlib import AsyncExitStack, asynccontextmanager, suppress


@asynccontextmanager
async def open_many(shelf, names):
    async with AsyncExitStack() as stack:
        handles = []
        for name in names:
            handle = await shelf.acquire(name)
            stack.push_async_callback(shelf.release, handle)
            handles.append(handle)
        with suppress(Exception):
            yield handles
