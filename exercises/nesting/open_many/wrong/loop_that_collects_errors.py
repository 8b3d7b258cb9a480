# hint: Cancelled in the middle of the releases
from contextlib import asynccontextmanager


@asynccontextmanager
async def open_many(shelf, names):
    handles, failed = [], None
    try:
        for name in names:
            handles.append(await shelf.acquire(name))
        yield handles
    finally:
        for handle in reversed(handles):
            try:
                await shelf.release(handle)
            except Exception as error:
                failed = error
        if failed is not None:
            raise failed
