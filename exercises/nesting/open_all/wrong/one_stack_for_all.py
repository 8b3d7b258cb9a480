# hint: one of them closed for both
from contextlib import AsyncExitStack

stack = AsyncExitStack()


async def open_all(shelf, names):
    try:
        for name in names:
            stack.push_async_callback(shelf.release, await shelf.acquire(name))
    except BaseException:
        await stack.aclose()
        raise
    return stack
