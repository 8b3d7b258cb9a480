# hint: The block ended with an exception
from contextlib import asynccontextmanager


@asynccontextmanager
async def open_many(shelf, names):
    handles = []
    for name in names:
        handles.append(await shelf.acquire(name))
    yield handles
    for handle in reversed(handles):
        await shelf.release(handle)
