# hint: Who releases what had been acquired by then?
from contextlib import asynccontextmanager


@asynccontextmanager
async def release_all(shelf, handles):
    try:
        yield handles
    finally:
        for handle in reversed(handles):
            await shelf.release(handle)


async def open_all(shelf, names):
    handles = [await shelf.acquire(name) for name in names]
    return release_all(shelf, handles)
