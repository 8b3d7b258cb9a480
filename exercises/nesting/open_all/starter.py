from contextlib import AsyncExitStack


async def open_all(shelf, names):
    async with AsyncExitStack() as stack:
        for name in names:
            handle = await shelf.acquire(name)
            stack.push_async_callback(shelf.release, handle)
        return stack
