# hint: From which moment on do you count?
import asyncio
from contextlib import aclosing


async def each_within(stream, seconds):
    loop = asyncio.get_running_loop()
    asked = loop.time()
    async with aclosing(stream):
        while True:
            try:
                async with asyncio.timeout_at(asked + seconds):
                    item = await anext(stream)
            except StopAsyncIteration:
                return
            asked = loop.time()
            yield item
