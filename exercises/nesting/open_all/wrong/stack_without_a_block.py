# hint: Who releases what had been acquired by then?
from contextlib import AsyncExitStack


async def open_all(shelf, names):
    stack = AsyncExitStack()
    for name in names:
        stack.push_async_callback(shelf.release, await shelf.acquire(name))
    return stack
