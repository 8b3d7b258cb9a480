# hint: does not own it
import asyncio


async def batches(stream, size):
    batch = []
    try:
        async for item in stream:
            batch.append(item)
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch
    finally:
        asyncio.create_task(stream.aclose())
