# hint: Who stops it?
import asyncio
from contextlib import AsyncExitStack


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with bulkhead.place(), breaker.call(), limiter, asyncio.timeout(seconds):
        return await asyncio.shield(call())
