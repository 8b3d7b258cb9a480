# hint: Who waits for `close`?
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def bounded(resource, seconds):
    async def close():
        try:
            async with asyncio.timeout(seconds):
                await resource.close()
        except BaseException:
            resource.abort()
            raise

    try:
        yield resource
    finally:
        bounded.task = asyncio.create_task(close())
