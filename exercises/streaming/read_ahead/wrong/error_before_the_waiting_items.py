# hint: By which way should it come?
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
                    await queue.put(("item", item))
            except Exception as error:
                failures.append(error)
            await queue.put(("end", None))

    async def items():
        while True:
            kind, value = await queue.get()
            if failures:
                raise failures[0]
            if kind == "end":
                return
            yield value

    producer = asyncio.create_task(produce())
    try:
        yield items()
    finally:
        producer.cancel()
        await asyncio.wait([producer])
