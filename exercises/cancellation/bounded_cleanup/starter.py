from contextlib import asynccontextmanager


@asynccontextmanager
async def bounded(resource, seconds):
    try:
        yield resource
    finally:
        await resource.close()
