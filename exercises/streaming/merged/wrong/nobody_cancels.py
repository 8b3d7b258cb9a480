# hint: Who waits there
import asyncio
from contextlib import aclosing, asynccontextmanager


@asynccontextmanager
async def merged(*streams):
    queue = asyncio.Queue(1)

    async def pump(stream):
        async with aclosing(stream):
            async for item in stream:
                await queue.put(("item", item))

    async def pump_all():
        async with asyncio.TaskGroup() as pumps:
            for stream in streams:
                pumps.create_task(pump(stream))
        await queue.put(("end", None))

    async def items():
        while True:
            kind, item = await queue.get()
            if kind == "end":
                return
            yield item

    async with asyncio.TaskGroup() as group:
        pumping = group.create_task(pump_all())
        yield items()
