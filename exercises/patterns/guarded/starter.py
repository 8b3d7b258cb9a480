import asyncio


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with asyncio.timeout(seconds), breaker.call():
        async with limiter, bulkhead.place():
            return await call()
