# hint: Which should be asked first?
import asyncio


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with bulkhead.place(), limiter, breaker.call(), asyncio.timeout(seconds):
        return await call()
