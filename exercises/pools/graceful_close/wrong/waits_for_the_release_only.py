# hint: Which of your steps has no limit?
import asyncio


async def close_all(pools, seconds):
    deadline = asyncio.get_running_loop().time() + seconds

    async def close(pool):
        closing = asyncio.create_task(pool.close())
        try:
            async with asyncio.timeout_at(deadline):
                while pool.get_idle_size() < pool.get_size():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            closing.cancel()
            await asyncio.wait([closing])
            return False
        except asyncio.CancelledError:
            closing.cancel()
            await asyncio.wait([closing])
            raise
        await closing
        return True

    closed = await asyncio.gather(*[close(pool) for pool in pools.values()])
    return [name for name, fine in zip(pools, closed, strict=True) if not fine]
