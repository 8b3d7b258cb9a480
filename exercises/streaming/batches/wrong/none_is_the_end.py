# hint: is a row like any other
from contextlib import aclosing


async def batches(stream, size):
    async with aclosing(stream):
        batch = []
        while (item := await anext(stream, None)) is not None:
            batch.append(item)
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch
