# hint: An acquire failed, and the caller was not told.
from contextlib import AsyncExitStack


async def open_all(shelf, names):
    stack = AsyncExitStack()
    try:
        for name in names:
            stack.push_async_callback(shelf.release, await shelf.acquire(name))
    except BaseException:
        await stack.aclose()
    return stack
