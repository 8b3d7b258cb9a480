# hint: waits for a CancelledError
import asyncio
from contextlib import AsyncExitStack


async def guarded(breaker, bulkhead, limiter, seconds, call):
    answer = None
    async with bulkhead.place():
        try:
            async with breaker.call(), limiter, asyncio.timeout(seconds):
                answer = await call()
        except asyncio.CancelledError:
            pass
    return answer
