# hint: nothing to wait for
import asyncio


async def close_all(pools, seconds):
    await asyncio.sleep(seconds)
    busy = [n for n, p in pools.items() if p.get_idle_size() < p.get_size()]
    for pool in pools.values():
        pool.terminate()
    return busy
