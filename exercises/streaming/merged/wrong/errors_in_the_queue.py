# hint: By which way should it come out?
import asyncio
from contextlib import AsyncExitStack, aclosing, asynccontextmanager

END = object()


@asynccontextmanager
async def merged(*streams):
    queue = asyncio.Queue(1)

    async def pump(stream):
        try:
            async for item in stream:
                await queue.put((item, None))
        except Exception as error:
            await queue.put((None, error))
        await queue.put((END, None))

    async def items():
        left = len(streams)
        while left:
            item, error = await queue.get()
            if error:
                raise error
            if item is END:
                left -= 1
            else:
                yield item

    async with AsyncExitStack() as stack:
        for stream in streams:
            await stack.enter_async_context(aclosing(stream))
        tasks = [asyncio.create_task(pump(s)) for s in streams]
        try:
            yield items()
        finally:
            for t in tasks:
                t.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
