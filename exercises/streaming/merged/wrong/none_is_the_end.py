# hint: is an item like any other
import asyncio
from contextlib import AsyncExitStack, aclosing, asynccontextmanager


@asynccontextmanager
async def merged(*streams):
    queue = asyncio.Queue(1)

    async def pump(stream):
        async for item in stream:
            await queue.put(item)

    async def pumps():
        async with asyncio.TaskGroup() as inner:
            for stream in streams:
                inner.create_task(pump(stream))
        await queue.put(None)

    async def items():
        while (item := await queue.get()) is not None:
            yield item

    async with AsyncExitStack() as stack:
        for stream in streams:
            await stack.enter_async_context(aclosing(stream))
        async with asyncio.TaskGroup() as group:
            task = group.create_task(pumps())
            yield items()
            task.cancel()
