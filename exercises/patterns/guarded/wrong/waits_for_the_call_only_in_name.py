# hint: What does a timeout look like from inside?
import asyncio


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async def inner():
        async with breaker.call(), limiter:
            return await call()

    async with bulkhead.place():
        return await asyncio.wait_for(inner(), seconds)
