# hint: In whose code is the task
import asyncio
from contextlib import aclosing


async def each_within(stream, seconds):
    loop = asyncio.get_running_loop()
    async with aclosing(stream), asyncio.timeout(seconds) as limit:
        async for item in stream:
            limit.reschedule(loop.time() + seconds)
            yield item
            limit.reschedule(loop.time() + seconds)
