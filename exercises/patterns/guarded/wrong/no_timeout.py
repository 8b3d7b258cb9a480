# hint: may take so many seconds
async def guarded(breaker, bulkhead, limiter, seconds, call):
    async with bulkhead.place(), breaker.call(), limiter:
        return await call()
