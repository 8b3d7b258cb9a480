# hint: cancelled before its first step
import asyncio
from contextlib import asynccontextmanager

END = object()


@asynccontextmanager
async def read_ahead(stream, size):
    queue = asyncio.Queue(size)

    async def produce():
        try:
            async for item in stream:
                await queue.put((item, None))
        except Exception as error:
            await queue.put((END, error))
        else:
            await queue.put((END, None))
        finally:
            await stream.aclose()

    async def items():
        while True:
            item, error = await queue.get()
            if error:
                raise error
            if item is END:
                return
            yield item

    task = asyncio.create_task(produce())
    try:
        yield items()
    finally:
        task.cancel()
        await asyncio.wait({task})
