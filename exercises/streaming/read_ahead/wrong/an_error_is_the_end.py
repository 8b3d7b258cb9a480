# hint: takes what it got for everything
import asyncio
from contextlib import aclosing, asynccontextmanager


@asynccontextmanager
async def read_ahead(stream, size):
    queue = asyncio.Queue(size)

    async def produce():
        async with aclosing(stream):
            try:
                async for item in stream:
                    await queue.put(("item", item))
            except Exception as error:
                await queue.put(("error", error))
            else:
                await queue.put(("end", None))

    async def items():
        while True:
            kind, value = await queue.get()
            if kind != "item":
                return
            yield value

    producer = asyncio.create_task(produce())
    try:
        yield items()
    finally:
        producer.cancel()
        await asyncio.wait([producer])
