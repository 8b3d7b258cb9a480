# hint: When is `call()` called?
import asyncio
from contextlib import AsyncExitStack


async def guarded(breaker, bulkhead, limiter, seconds, call):
    answer = call()
    async with bulkhead.place(), breaker.call(), limiter, asyncio.timeout(seconds):
        return await answer
