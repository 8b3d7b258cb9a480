# hint: should come out as it is
from contextlib import AsyncExitStack


async def open_all(shelf, names):
    async with AsyncExitStack() as stack:
        for name in names:
            try:
                handle = await shelf.acquire(name)
            except Exception as error:
                raise RuntimeError(f"cannot open {name}") from error
            stack.push_async_callback(shelf.release, handle)
        return stack.pop_all()
