# hint: a TimeoutError came out in its place
# since: 3.11.3
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def bounded(resource, seconds):
    cancelled = False
    try:
        yield resource
    except asyncio.CancelledError:
        cancelled = True
        raise
    finally:
        try:
            async with asyncio.timeout(seconds):
                await resource.close()
        except TimeoutError:
            resource.abort()
            if cancelled:
                raise
        except BaseException:
            resource.abort()
            raise
