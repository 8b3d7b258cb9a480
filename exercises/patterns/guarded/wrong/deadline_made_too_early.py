# hint: waited for its place
import asyncio


async def guarded(breaker, bulkhead, limiter, seconds, call):
    deadline = asyncio.timeout(seconds)
    async with bulkhead.place(), breaker.call(), limiter, deadline:
        return await call()
