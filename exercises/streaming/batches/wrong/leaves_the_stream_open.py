# hint: does not own it
async def batches(stream, size):
    batch = []
    async for item in stream:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
