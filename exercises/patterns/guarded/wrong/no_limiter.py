# hint: entered, once
import asyncio


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with bulkhead.place(), breaker.call(), asyncio.timeout(seconds):
        return await call()
