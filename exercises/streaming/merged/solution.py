import asyncio
from contextlib import AsyncExitStack, aclosing, asynccontextmanager


@asynccontextmanager
async def merged(*streams):
    queue = asyncio.Queue(1)

    async def pump(stream):
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

    async with AsyncExitStack() as closing, asyncio.TaskGroup() as group:
        for stream in streams:
            await closing.enter_async_context(aclosing(stream))
        pumping = group.create_task(pump_all())
        yield items()
        pumping.cancel()
