# hint: Who takes a cancellation back?
import asyncio
from contextlib import AsyncExitStack


async def guarded(breaker, bulkhead, limiter, seconds, call):
    late = False
    task = asyncio.current_task()

    def cancel():
        nonlocal late
        late = True
        task.cancel()

    async with bulkhead.place(), breaker.call(), limiter:
        timer = asyncio.get_running_loop().call_later(seconds, cancel)
        try:
            return await call()
        except asyncio.CancelledError:
            if late:
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()
