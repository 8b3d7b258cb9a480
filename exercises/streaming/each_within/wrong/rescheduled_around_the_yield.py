# hint: Which task does your timeout cancel?
import asyncio
from contextlib import aclosing


async def each_within(stream, seconds):
    loop = asyncio.get_running_loop()
    async with aclosing(stream), asyncio.timeout(seconds) as t:
        async for item in stream:
            t.reschedule(None)
            yield item
            t.reschedule(loop.time() + seconds)
