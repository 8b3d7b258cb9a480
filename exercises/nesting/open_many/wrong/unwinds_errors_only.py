# hint: those before it are held by whom?
from contextlib import AsyncExitStack, asynccontextmanager


@asynccontextmanager
async def open_many(shelf, names):
    stack, handles = AsyncExitStack(), []
    try:
        for name in names:
            handle = await shelf.acquire(name)
            stack.push_async_callback(shelf.release, handle)
            handles.append(handle)
    except Exception:
        await stack.aclose()
        raise
    async with stack:
        yield handles
