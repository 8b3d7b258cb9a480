# hint: The last one acquired is the first one released.
from contextlib import asynccontextmanager


@asynccontextmanager
async def open_many(shelf, names):
    handles = []
    try:
        for name in names:
            handles.append(await shelf.acquire(name))
        yield handles
    finally:
        for handle in handles:
            await shelf.release(handle)
