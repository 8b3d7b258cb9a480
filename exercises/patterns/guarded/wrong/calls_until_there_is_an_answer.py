# hint: again and again
import asyncio
from contextlib import AsyncExitStack


async def guarded(breaker, bulkhead, limiter, seconds, call):
    answer = None
    while not answer:
        async with bulkhead.place(), breaker.call(), limiter, asyncio.timeout(seconds):
            answer = await call()
    return answer
