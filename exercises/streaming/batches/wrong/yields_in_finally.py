# hint: once it is being closed
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
        finally:
            if batch:
                yield batch
