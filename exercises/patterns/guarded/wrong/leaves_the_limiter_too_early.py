# hint: inside each of the managers
import asyncio
from contextlib import AsyncExitStack


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with bulkhead.place(), breaker.call():
        async with limiter:
            pass
        async with asyncio.timeout(seconds):
            return await call()
