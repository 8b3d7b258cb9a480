# hint: waits for a CancelledError
import asyncio
from contextlib import AsyncExitStack


async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with bulkhead.place(), breaker.call(), limiter:
        timer = asyncio.get_running_loop().call_later(
            seconds, asyncio.current_task().cancel
        )
        try:
            return await call()
        except asyncio.CancelledError:
            raise TimeoutError from None
        finally:
            timer.cancel()
