# hint: The service never stops.
import asyncio


async def close_all(pools, seconds):
    await asyncio.gather(*[pool.close() for pool in pools.values()])
    return []
