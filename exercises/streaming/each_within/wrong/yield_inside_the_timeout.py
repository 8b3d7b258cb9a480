# hint: In whose code is the task
import asyncio
from contextlib import aclosing


async def each_within(stream, seconds):
    async with aclosing(stream):
        while True:
            try:
                async with asyncio.timeout(seconds):
                    item = await anext(stream)
                    yield item
            except StopAsyncIteration:
                return
