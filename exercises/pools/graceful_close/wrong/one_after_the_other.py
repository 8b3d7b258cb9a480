# hint: When does the second one learn
import asyncio


async def close_all(pools, seconds):
    terminated = []
    deadline = asyncio.get_running_loop().time() + seconds
    for name, pool in pools.items():
        try:
            async with asyncio.timeout_at(deadline):
                await pool.close()
        except TimeoutError:
            terminated.append(name)
    return terminated
