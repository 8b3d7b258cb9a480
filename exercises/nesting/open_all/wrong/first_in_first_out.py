# hint: The last one acquired is the first one released.
from contextlib import AsyncExitStack


async def open_all(shelf, names):
    async with AsyncExitStack() as stack:
        handles = []
        for name in names:
            handles.append(await shelf.acquire(name))
            stack.push_async_callback(shelf.release, handles[-1])
        stack.pop_all()
        owner = AsyncExitStack()
        for handle in reversed(handles):
            owner.push_async_callback(shelf.release, handle)
        return owner
