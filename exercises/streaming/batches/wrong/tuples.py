# hint: A batch is a list
from contextlib import aclosing


async def batches(stream, size):
    async with aclosing(stream):
        batch = ()
        async for item in stream:
            batch += (item,)
            if len(batch) == size:
                yield batch
                batch = ()
        if batch:
            yield batch
