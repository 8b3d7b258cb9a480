# hint: which task or timeout did you add?
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
        try:
            await asyncio.wait_for(stream.aclose(), 0.01)
        except TimeoutError:
            pass
