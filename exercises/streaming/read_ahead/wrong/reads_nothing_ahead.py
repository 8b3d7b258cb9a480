# hint: Who could read ahead meanwhile?
from contextlib import aclosing, asynccontextmanager


@asynccontextmanager
async def read_ahead(stream, size):
    async with aclosing(stream):
        yield stream
