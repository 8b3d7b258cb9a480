# hint: Whose deadline
import asyncio
from contextlib import aclosing


async def keep_alive(events, every):
    async with aclosing(events):
        while True:
            try:
                event = await asyncio.wait_for(anext(events), every)
            except TimeoutError:
                yield ":\n\n"
            except StopAsyncIteration:
                return
            else:
                yield event
