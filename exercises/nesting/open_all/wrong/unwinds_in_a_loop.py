# hint: While it unwound, one release failed too.
from contextlib import AsyncExitStack


async def open_all(shelf, names):
    handles = []
    try:
        for name in names:
            handles.append(await shelf.acquire(name))
    except BaseException:
        for handle in reversed(handles):
            await shelf.release(handle)
        raise
    stack = AsyncExitStack()
    for handle in handles:
        stack.push_async_callback(shelf.release, handle)
    return stack
