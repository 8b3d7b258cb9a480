# hint: Who waits there
import asyncio
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

END = object()


@asynccontextmanager
async def merged(*streams):
    queue = asyncio.Queue(1)

    async def pump(stream):
        async for item in stream:
            await queue.put(item)
        await queue.put(END)

    async def items():
        ended = 0
        while True:
            item = await queue.get()
            if item is END:
                ended += 1
                if ended == len(streams):
                    return
            else:
                yield item

    async with AsyncExitStack() as stack:
        for stream in streams:
            await stack.enter_async_context(aclosing(stream))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(pump(s)) for s in streams]
            yield items()
            for t in tasks:
                t.cancel()
