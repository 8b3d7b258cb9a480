# hint: is an item like any other
import asyncio
from contextlib import aclosing, asynccontextmanager


@asynccontextmanager
async def read_ahead(stream, size):
    queue = asyncio.Queue(size)
    failures = []

    async def produce():
        async with aclosing(stream):
            try:
                async for item in stream:
                    await queue.put(item)
            except Exception as error:
                failures.append(error)
            await queue.put(None)

    async def items():
        while (item := await queue.get()) is not None:
            yield item
        if failures:
            raise failures[0]

    producer = asyncio.create_task(produce())
    try:
        yield items()
    finally:
        producer.cancel()
        await asyncio.wait([producer])
