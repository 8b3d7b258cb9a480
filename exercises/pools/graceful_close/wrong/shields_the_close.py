# hint: It has ended, and a pool has connections open.
import asyncio


async def close_within(pool, seconds):
    try:
        async with asyncio.timeout(seconds):
            await asyncio.shield(pool.close())
    except TimeoutError:
        return False
    return True


async def close_all(pools, seconds):
    closings = [close_within(pool, seconds) for pool in pools.values()]
    in_time = await asyncio.gather(*closings)
    return [name for name, closed in zip(pools, in_time, strict=True) if not closed]
