# hint: What should it be around?
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def bounded(resource, seconds):
    try:
        async with asyncio.timeout(seconds):
            try:
                yield resource
            finally:
                await resource.close()
    except TimeoutError:
        resource.abort()
    except asyncio.CancelledError:
        resource.abort()
        raise
