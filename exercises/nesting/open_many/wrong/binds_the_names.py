# hint: `as` binds a list of what each acquire returned
from contextlib import AsyncExitStack, asynccontextmanager


@asynccontextmanager
async def open_many(shelf, names):
    async with AsyncExitStack() as stack:
        for name in names:
            stack.push_async_callback(shelf.release, await shelf.acquire(name))
        yield names
