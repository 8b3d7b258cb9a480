# hint: An acquire failed, and the block ran all the same.
from contextlib import AsyncExitStack, asynccontextmanager


@asynccontextmanager
async def open_many(shelf, names):
    async with AsyncExitStack() as stack:
        handles = []
        for name in names:
            try:
                handle = await shelf.acquire(name)
            except Exception:
                break
            stack.push_async_callback(shelf.release, handle)
            handles.append(handle)
        yield handles
