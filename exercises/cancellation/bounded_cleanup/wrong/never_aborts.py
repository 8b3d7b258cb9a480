# hint: What is left to do then?
import asyncio
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def bounded(resource, seconds):
    try:
        yield resource
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await resource.close()
