# hint: should pass unchanged
import asyncio
from contextlib import aclosing


async def each_within(stream, seconds):
    async with aclosing(stream):
        while True:
            try:
                item = await asyncio.wait_for(anext(stream), seconds)
            except StopAsyncIteration:
                return
            except Exception as error:
                raise TimeoutError from error
            yield item
