# hint: The reader waits for the whole stream
from contextlib import aclosing, asynccontextmanager


@asynccontextmanager
async def read_ahead(stream, size):
    async with aclosing(stream):
        found = [item async for item in stream]

    async def items():
        for item in found:
            yield item

    yield items()
