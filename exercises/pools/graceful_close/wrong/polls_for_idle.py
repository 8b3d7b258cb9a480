# hint: no pool takes new requests
import asyncio


async def close_all(pools, seconds):
    deadline = asyncio.get_running_loop().time() + seconds

    def busy():
        return [n for n, p in pools.items() if p.get_idle_size() < p.get_size()]

    while busy() and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(0.01)
    left = busy()
    for pool in pools.values():
        pool.terminate()
    return left
