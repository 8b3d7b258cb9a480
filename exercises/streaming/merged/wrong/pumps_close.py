# hint: cancelled before its first step
import asyncio
from contextlib import aclosing, asynccontextmanager

END = object()


@asynccontextmanager
async def merged(*streams):
    queue = asyncio.Queue(1)

    async def pump(stream):
        async with aclosing(stream):
            async for item in stream:
                await queue.put(item)

    async def pumps():
        async with asyncio.TaskGroup() as inner:
            for stream in streams:
                inner.create_task(pump(stream))
        await queue.put(END)

    async def items():
        while (item := await queue.get()) is not END:
            yield item

    async with asyncio.TaskGroup() as group:
        task = group.create_task(pumps())
        yield items()
        task.cancel()
