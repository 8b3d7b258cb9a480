# hint: Which time have you added up?
import asyncio
from contextlib import aclosing


async def each_within(stream, seconds):
    async with aclosing(stream), asyncio.timeout(seconds):
        async for item in stream:
            yield item
