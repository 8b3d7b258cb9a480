# hint: Nobody asked for a second call
import asyncio
from contextlib import AsyncExitStack


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with bulkhead.place(), breaker.call(), limiter:
        async with asyncio.timeout(seconds):
            try:
                return await call()
            except OSError:
                return await call()
