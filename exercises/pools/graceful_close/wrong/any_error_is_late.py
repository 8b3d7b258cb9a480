# hint: A pool cannot be closed, and time has nothing to do with it
import asyncio


async def close_within(pool, seconds):
    try:
        await asyncio.wait_for(pool.close(), seconds)
    except Exception:
        return False
    return True


async def close_all(pools, seconds):
    closings = [close_within(pool, seconds) for pool in pools.values()]
    in_time = await asyncio.gather(*closings)
    return [name for name, closed in zip(pools, in_time, strict=True) if not closed]
