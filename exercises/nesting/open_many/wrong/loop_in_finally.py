# hint: The others are still owed, once each.
from contextlib import asynccontextmanager


@asynccontextmanager
async def open_many(shelf, names):
    handles = []
    try:
        for name in names:
            handles.append(await shelf.acquire(name))
        yield handles
    finally:
        for handle in reversed(handles):
            await shelf.release(handle)
