# hint: What does a timeout look like from inside?
import asyncio


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with asyncio.timeout(seconds), bulkhead.place(), breaker.call(), limiter:
        return await call()
