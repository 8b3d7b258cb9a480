# hint: Each handle goes back once.
from contextlib import AsyncExitStack


async def open_all(shelf, names):
    async with AsyncExitStack() as stack:
        for name in names:
            stack.callback(shelf.release, await shelf.acquire(name))
        return stack.pop_all()
