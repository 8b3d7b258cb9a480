# hint: is an item like any other
import asyncio
from contextlib import aclosing


async def each_within(stream, seconds):
    async with aclosing(stream):
        while True:
            async with asyncio.timeout(seconds):
                item = await anext(stream, None)
            if item is None:
                return
            yield item
