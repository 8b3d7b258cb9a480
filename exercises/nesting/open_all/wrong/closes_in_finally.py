# hint: Who owns the stack when `open_all` returns?
from contextlib import AsyncExitStack


async def open_all(shelf, names):
    stack = AsyncExitStack()
    try:
        for name in names:
            stack.push_async_callback(shelf.release, await shelf.acquire(name))
        return stack
    finally:
        await stack.aclose()
