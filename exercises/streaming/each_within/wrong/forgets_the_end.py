# hint: must not leave a generator
import asyncio
from contextlib import aclosing


async def each_within(stream, seconds):
    async with aclosing(stream):
        while True:
            async with asyncio.timeout(seconds):
                item = await anext(stream)
            yield item
