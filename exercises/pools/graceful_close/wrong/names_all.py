# hint: in the dict's order
import asyncio


async def close_all(pools, seconds):
    try:
        async with asyncio.timeout(seconds):
            await asyncio.gather(*[pool.close() for pool in pools.values()])
    except TimeoutError:
        return list(pools)
    return []
