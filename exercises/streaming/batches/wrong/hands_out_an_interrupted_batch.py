# hint: is not complete
from contextlib import aclosing


async def batches(stream, size):
    batch, failure = [], None
    async with aclosing(stream):
        try:
            async for item in stream:
                batch.append(item)
                if len(batch) == size:
                    yield batch
                    batch = []
        except Exception as error:
            failure = error
        if batch:
            yield batch
        if failure:
            raise failure
