# hint: A batch is due when it is complete
from contextlib import aclosing


async def batches(stream, size):
    batch = []
    async with aclosing(stream):
        async for item in stream:
            if len(batch) == size:
                yield batch
                batch = []
            batch.append(item)
        if batch:
            yield batch
