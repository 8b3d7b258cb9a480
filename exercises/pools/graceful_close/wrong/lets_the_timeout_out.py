# hint: an answer of `close_all`
import asyncio


async def close_all(pools, seconds):
    async with asyncio.timeout(seconds):
        await asyncio.gather(*[pool.close() for pool in pools.values()])
    return []
