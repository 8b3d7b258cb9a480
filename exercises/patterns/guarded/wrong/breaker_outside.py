# hint: see the other's refusal
import asyncio


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with breaker.call(), bulkhead.place(), limiter, asyncio.timeout(seconds):
        return await call()
