# hint: waited for its turn
import asyncio


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with bulkhead.place(), breaker.call(), asyncio.timeout(seconds), limiter:
        return await call()
