# hint: must not leave a generator
from contextlib import aclosing


async def batches(stream, size):
    async with aclosing(stream):
        while True:
            batch = []
            for _ in range(size):
                batch.append(await anext(stream))
            yield batch
