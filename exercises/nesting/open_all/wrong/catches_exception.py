# hint: What does `except Exception` not catch
from contextlib import AsyncExitStack


async def open_all(shelf, names):
    stack = AsyncExitStack()
    try:
        for name in names:
            stack.push_async_callback(shelf.release, await shelf.acquire(name))
    except Exception:
        await stack.aclose()
        raise
    return stack
