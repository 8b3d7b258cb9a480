# hint: and time has nothing to do with it
import asyncio


async def close_all(pools, seconds):
    async def one(pool):
        async with asyncio.timeout(seconds):
            await pool.close()

    found = await asyncio.gather(
        *(one(p) for p in pools.values()), return_exceptions=True
    )
    return [n for n, r in zip(pools, found) if isinstance(r, TimeoutError)]
