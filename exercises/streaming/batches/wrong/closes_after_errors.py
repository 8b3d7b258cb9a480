# hint: does not own it
async def batches(stream, size):
    batch = []
    try:
        async for item in stream:
            batch.append(item)
            if len(batch) == size:
                yield batch
                batch = []
    except Exception:
        await stream.aclose()
        raise
    if batch:
        yield batch
