# hint: hands out an exception as an item
import asyncio
from contextlib import aclosing, asynccontextmanager

END = object()


@asynccontextmanager
async def read_ahead(stream, size):
    queue = asyncio.Queue(size)

    async def produce():
        try:
            async for item in stream:
                await queue.put(item)
        except Exception as error:
            await queue.put(error)
        else:
            await queue.put(END)

    async def items():
        while (item := await queue.get()) is not END:
            if isinstance(item, Exception):
                raise item
            yield item

    async with aclosing(stream):
        task = asyncio.create_task(produce())
        try:
            yield items()
        finally:
            task.cancel()
            await asyncio.wait({task})
