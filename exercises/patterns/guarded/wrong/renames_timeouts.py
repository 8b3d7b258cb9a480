# hint: Whose is it?
import asyncio
from contextlib import AsyncExitStack


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with bulkhead.place(), breaker.call(), limiter:
        try:
            async with asyncio.timeout(seconds):
                return await call()
        except TimeoutError:
            raise TimeoutError("the service hangs") from None
