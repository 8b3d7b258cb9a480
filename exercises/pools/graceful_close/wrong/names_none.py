# hint: Return the names of the pools that were terminated
import asyncio


async def close_within(pool, seconds):
    try:
        async with asyncio.timeout(seconds):
            await pool.close()
    except TimeoutError:
        pool.terminate()


async def close_all(pools, seconds):
    await asyncio.gather(*[close_within(pool, seconds) for pool in pools.values()])
    return []
