# hint: takes what it got for everything
from contextlib import aclosing


async def batches(stream, size):
    batch = []
    async with aclosing(stream):
        try:
            async for item in stream:
                batch.append(item)
                if len(batch) == size:
                    yield batch
                    batch = []
        except Exception:
            pass
        if batch:
            yield batch
