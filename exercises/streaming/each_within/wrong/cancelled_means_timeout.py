# hint: finds that it was not cancelled
import asyncio
from contextlib import aclosing


async def each_within(stream, seconds):
    async with aclosing(stream):
        while True:
            try:
                async with asyncio.timeout(seconds):
                    item = await anext(stream)
            except StopAsyncIteration:
                return
            except asyncio.CancelledError:
                raise TimeoutError
            yield item
