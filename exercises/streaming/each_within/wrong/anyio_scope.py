# hint: How often does your timeout cancel
from contextlib import aclosing

import anyio


async def each_within(stream, seconds):
    async with aclosing(stream):
        while True:
            try:
                with anyio.fail_after(seconds):
                    item = await stream.__anext__()
            except StopAsyncIteration:
                break
            yield item
