import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def read_ahead(stream, size):
    queue = asyncio.Queue()

    async def produce():
        async for item in stream:
            await queue.put(item)

    async def items():
        while True:
            yield await queue.get()

    producer = asyncio.create_task(produce())
    yield items()
    await producer
