# hint: A release failed, and nobody was told.
from contextlib import AsyncExitStack, suppress


async def open_all(shelf, names):
    async def release(handle):
        with suppress(Exception):
            await shelf.release(handle)

    async with AsyncExitStack() as stack:
        for name in names:
            stack.push_async_callback(release, await shelf.acquire(name))
        return stack.pop_all()
