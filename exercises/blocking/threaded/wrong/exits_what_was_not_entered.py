# hint: What was not entered is not exited
import asyncio
import sys
from contextlib import asynccontextmanager


@asynccontextmanager
async def threaded(manager):
    try:
        yield await asyncio.to_thread(manager.__enter__)
    except BaseException:
        if not await asyncio.to_thread(manager.__exit__, *sys.exc_info()):
            raise
    else:
        await asyncio.to_thread(manager.__exit__, None, None, None)
