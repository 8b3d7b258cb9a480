# hint: A batch is due when it is complete
from contextlib import aclosing


async def batches(stream, size):
    async with aclosing(stream):
        items = [item async for item in stream]
    for start in range(0, len(items), size):
        yield items[start : start + size]
