# hint: In whose code is the task
import asyncio
from contextlib import aclosing


async def each_within(stream, seconds):
    async with aclosing(stream):
        async for item in stream:
            async with asyncio.timeout(seconds):
                yield item
