# hint: The exception of the failed acquire should come out
from contextlib import AsyncExitStack, asynccontextmanager


@asynccontextmanager
async def open_many(shelf, names):
    async with AsyncExitStack() as stack:
        handles = []
        for name in names:
            try:
                handle = await shelf.acquire(name)
            except Exception as error:
                raise RuntimeError(f"cannot open {name}") from error
            stack.push_async_callback(shelf.release, handle)
            handles.append(handle)
        yield handles
