# hint: It has ended, and a pool has connections open.
import asyncio


async def close_all(pools, seconds):
    tasks = {name: asyncio.create_task(pool.close()) for name, pool in pools.items()}
    if tasks:
        await asyncio.wait(tasks.values(), timeout=seconds)
    return [name for name, task in tasks.items() if not task.done()]
