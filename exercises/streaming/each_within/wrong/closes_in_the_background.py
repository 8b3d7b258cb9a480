# hint: a task of yours has not
import asyncio


async def each_within(stream, seconds):
    try:
        while True:
            try:
                async with asyncio.timeout(seconds):
                    item = await anext(stream)
            except StopAsyncIteration:
                return
            yield item
    finally:
        asyncio.get_running_loop().create_task(stream.aclose())
