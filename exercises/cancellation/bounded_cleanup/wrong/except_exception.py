# hint: Who aborts?
# since: 3.11.3
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def bounded(resource, seconds):
    try:
        yield resource
    finally:
        try:
            async with asyncio.timeout(seconds):
                await resource.close()
        except TimeoutError:
            resource.abort()
        except Exception:
            resource.abort()
            raise
