# hint: more often than the call is made
import asyncio


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with breaker.call():
        pass
    async with bulkhead.place(), limiter, breaker.call(), asyncio.timeout(seconds):
        return await call()
