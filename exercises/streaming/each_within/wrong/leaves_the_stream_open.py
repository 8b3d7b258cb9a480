# hint: the stream that it reads is open
import asyncio


async def each_within(stream, seconds):
    while True:
        try:
            async with asyncio.timeout(seconds):
                item = await anext(stream)
        except StopAsyncIteration:
            return
        yield item
