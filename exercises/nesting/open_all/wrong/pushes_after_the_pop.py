# hint: Who releases what had been acquired by then?
from contextlib import AsyncExitStack


async def open_all(shelf, names):
    async with AsyncExitStack() as stack:
        owner = stack.pop_all()
        for name in names:
            owner.push_async_callback(shelf.release, await shelf.acquire(name))
        return owner
