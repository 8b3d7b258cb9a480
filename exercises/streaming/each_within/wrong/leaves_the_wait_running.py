# hint: a task of yours has not
import asyncio


async def each_within(stream, seconds):
    while True:
        wait = asyncio.create_task(anext(stream))
        done, _ = await asyncio.wait([wait], timeout=seconds)
        if not done:
            raise TimeoutError
        try:
            yield wait.result()
        except StopAsyncIteration:
            return
