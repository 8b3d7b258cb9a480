# hint: Who waits there
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
            finally:
                pass
            await queue.put(("end", None))

    async def items():
        while True:
            kind, value = await queue.get()
            if kind == "end":
                return
            if kind == "error":
                raise value
            yield value

    producer = asyncio.create_task(produce())
    try:
        yield items()
    finally:
        producer.cancel()
        await asyncio.wait([producer])
