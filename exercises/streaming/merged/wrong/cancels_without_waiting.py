# hint: who waits for that?
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
            if kind == "error":
                raise item
            yield item

    async def pump_and_tell():
        try:
            await pump_all()
        except Exception as error:
            await queue.put(("error", error))

    pumping = asyncio.create_task(pump_and_tell())
    try:
        yield items()
    finally:
        pumping.cancel()
