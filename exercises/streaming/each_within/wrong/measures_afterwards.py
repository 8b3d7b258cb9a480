# hint: begins when the reader asks
import asyncio
from contextlib import aclosing


async def each_within(stream, seconds):
    loop = asyncio.get_running_loop()
    async with aclosing(stream):
        while True:
            asked = loop.time()
            try:
                item = await anext(stream)
            except StopAsyncIteration:
                return
            if loop.time() > asked + seconds:
                raise TimeoutError
            yield item
