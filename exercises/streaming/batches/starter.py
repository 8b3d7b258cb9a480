async def batches(stream, size):
    batch = []
    async for item in stream:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch.clear()
