# hint: also when the call fails
import asyncio
from contextlib import AsyncExitStack


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with bulkhead.place(), breaker.call():
        await limiter.__aenter__()
        async with asyncio.timeout(seconds):
            answer = await call()
        await limiter.__aexit__(None, None, None)
        return answer
