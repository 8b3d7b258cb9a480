# hint: Closing the stream is none
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
        async with asyncio.timeout(seconds):
            await stream.aclose()
