# hint: A cancellation should pass
import asyncio
from contextlib import aclosing


async def batches(stream, size):
    async with aclosing(stream):
        batch = []
        try:
            async for item in stream:
                batch.append(item)
                if len(batch) == size:
                    yield batch
                    batch = []
        except asyncio.CancelledError:
            return
        if batch:
            yield batch
