# hint: and time has nothing to do with it
import asyncio


async def close_all(pools, seconds):
    late = []

    async def one(name):
        try:
            async with asyncio.timeout(seconds):
                await pools[name].close()
        except TimeoutError:
            late.append(name)

    async with asyncio.TaskGroup() as group:
        for name in pools:
            group.create_task(one(name))
    return [name for name in pools if name in late]
