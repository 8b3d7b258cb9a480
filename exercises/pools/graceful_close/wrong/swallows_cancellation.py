# hint: ends now, and as cancelled
import asyncio


async def close_within(pool, seconds):
    try:
        async with asyncio.timeout(seconds):
            await pool.close()
    except (TimeoutError, asyncio.CancelledError):
        return False
    return True


async def close_all(pools, seconds):
    tasks = [
        asyncio.create_task(close_within(pool, seconds)) for pool in pools.values()
    ]
    try:
        await asyncio.gather(*tasks)
    except asyncio.CancelledError:
        pass
    return [
        name
        for name, task in zip(pools, tasks, strict=True)
        if not task.done() or not task.result()
    ]
