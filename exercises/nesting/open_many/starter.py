from contextlib import asynccontextmanager


@asynccontextmanager
async def open_many(shelf, names):
    handles = [await shelf.acquire(name) for name in names]
    try:
        yield handles
    finally:
        for handle in handles:
            await shelf.release(handle)
