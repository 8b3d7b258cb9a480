# hint: where does the stream end?
from contextlib import aclosing


async def batches(stream, size):
    batch = []
    async with aclosing(stream):
        async for item in stream:
            batch.append(item)
            if len(batch) == size:
                yield batch
                batch = []
