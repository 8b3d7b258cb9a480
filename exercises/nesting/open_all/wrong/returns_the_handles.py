# hint: The caller needs an object for `async with`.
from contextlib import AsyncExitStack


async def open_all(shelf, names):
    async with AsyncExitStack() as stack:
        handles = []
        for name in names:
            handles.append(await shelf.acquire(name))
            stack.push_async_callback(shelf.release, handles[-1])
        stack.pop_all()
        return handles
