# hint: a TimeoutError comes out
import asyncio


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with bulkhead.place():
        try:
            async with breaker.call(), limiter, asyncio.timeout(seconds):
                return await call()
        except TimeoutError:
            return None
