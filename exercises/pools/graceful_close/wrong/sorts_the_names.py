# hint: in the dict's order
import asyncio


async def close_within(pool, seconds):
    try:
        async with asyncio.timeout(seconds):
            await pool.close()
    except TimeoutError:
        return False
    return True


async def close_all(pools, seconds):
    names = list(pools)
    done = await asyncio.gather(*(close_within(pools[n], seconds) for n in names))
    return sorted(n for n, d in zip(names, done) if not d)
