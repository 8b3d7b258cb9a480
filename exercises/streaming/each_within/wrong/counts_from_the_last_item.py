# hint: From which moment on do you count?
import asyncio
from contextlib import aclosing


async def each_within(stream, seconds):
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    async with aclosing(stream):
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    item = await anext(stream)
            except StopAsyncIteration:
                return
            deadline = loop.time() + seconds
            yield item
