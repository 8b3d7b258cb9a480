# hint: should be an async generator
from contextlib import aclosing


async def batches(stream, size):
    async with aclosing(stream):
        items = [item async for item in stream]
    return [items[i : i + size] for i in range(0, len(items), size)]
