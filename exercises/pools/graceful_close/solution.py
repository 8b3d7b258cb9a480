import asyncio


async def close_within(pool, seconds):
    try:
        async with asyncio.timeout(seconds):
            await pool.close()
    except TimeoutError:
        return False
    return True


async def close_all(pools, seconds):
    closings = [close_within(pool, seconds) for pool in pools.values()]
    ended = await asyncio.gather(*closings, return_exceptions=True)
    for error in ended:
        if isinstance(error, BaseException):
            raise error
    named = zip(pools, ended, strict=True)
    return [name for name, closed in named if not closed]
