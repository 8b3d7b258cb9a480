# hint: arrived at the `yield`
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def bounded(resource, seconds):
    yield resource
    try:
        async with asyncio.timeout(seconds):
            await resource.close()
    except TimeoutError:
        resource.abort()
    except BaseException:
        resource.abort()
        raise
