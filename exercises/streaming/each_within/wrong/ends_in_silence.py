# hint: takes what it got for everything
import asyncio
from contextlib import aclosing


async def each_within(stream, seconds):
    async with aclosing(stream):
        while True:
            try:
                async with asyncio.timeout(seconds):
                    item = await anext(stream)
            except (StopAsyncIteration, TimeoutError):
                return
            yield item
