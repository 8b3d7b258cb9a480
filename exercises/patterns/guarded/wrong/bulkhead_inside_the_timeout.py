# hint: waited for its place
import asyncio


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with breaker.call(), limiter, asyncio.timeout(seconds), bulkhead.place():
        return await call()
