# hint: How long may `close` take?
from contextlib import asynccontextmanager


@asynccontextmanager
async def bounded(resource, seconds):
    try:
        yield resource
    finally:
        try:
            await resource.close()
        except BaseException:
            resource.abort()
            raise
