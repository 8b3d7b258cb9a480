# hint: Which limit bounds the waiting?
import asyncio
from contextlib import AsyncExitStack


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with (
        asyncio.timeout(10 * seconds),
        bulkhead.place(),
        breaker.call(),
        limiter,
        asyncio.timeout(seconds),
    ):
        return await call()
