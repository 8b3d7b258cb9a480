# hint: should come as they are
import asyncio
from contextlib import aclosing


async def keep_alive(events, every):
    queue = asyncio.Queue()

    async def pump():
        async for event in events:
            await queue.put(event)

    task = asyncio.create_task(pump())
    while not task.done():
        try:
            yield await asyncio.wait_for(queue.get(), every)
        except TimeoutError:
            yield ":\n\n"
