# hint: Who stops it?
import asyncio
from contextlib import AsyncExitStack


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with bulkhead.place(), breaker.call(), limiter:
        task = asyncio.create_task(call())
        done, late = await asyncio.wait([task], timeout=seconds)
        if late:
            raise TimeoutError
        return task.result()
