# hint: By which way should it come?
import asyncio
from contextlib import aclosing, asynccontextmanager


@asynccontextmanager
async def read_ahead(stream, size):
    queue = asyncio.Queue(size)

    async def produce():
        async with aclosing(stream):
            async for item in stream:
                await queue.put(("item", item))
        await queue.put(("end", None))

    async def items():
        while (got := await queue.get())[0] != "end":
            yield got[1]

    async with asyncio.TaskGroup() as group:
        producer = group.create_task(produce())
        yield items()
        producer.cancel()
