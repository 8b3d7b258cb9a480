# hint: It has ended, and a pool has connections open.
import asyncio


async def close_all(pools, seconds):
    async def one(pool):
        try:
            async with asyncio.timeout(seconds):
                await pool.close()
        except TimeoutError:
            return False
        return True

    done = await asyncio.gather(*(one(p) for p in pools.values()))
    return [n for n, d in zip(pools, done) if not d]
