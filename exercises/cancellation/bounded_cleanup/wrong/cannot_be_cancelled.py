# hint: The second cancellation should leave at once
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def bounded(resource, seconds):
    try:
        yield resource
    finally:
        task = asyncio.create_task(asyncio.wait_for(resource.close(), seconds))
        cancellation = None
        while not task.done():
            try:
                await asyncio.wait([task])
            except asyncio.CancelledError as error:
                cancellation = error
        error = task.exception()
        if error:
            resource.abort()
        if cancellation:
            raise cancellation
        if error and not isinstance(error, TimeoutError):
            raise error
