# hint: Something was released that had not been acquired.
from contextlib import AsyncExitStack, asynccontextmanager


@asynccontextmanager
async def open_many(shelf, names):
    async with AsyncExitStack() as stack:
        handles = []

        async def release(place):
            handle = handles[place] if place < len(handles) else "nothing"
            await shelf.release(handle)

        for place, name in enumerate(names):
            stack.push_async_callback(release, place)
            try:
                handles.append(await shelf.acquire(name))
            except Exception as error:
                failed = error
                break
        else:
            yield handles
            return
        try:
            await stack.aclose()
        except Exception:
            raise failed from None
