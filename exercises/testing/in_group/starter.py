import asyncio


def in_group(test):
    async def run(*args):
        async with asyncio.TaskGroup() as group:
            await test(group, *args)

    return run
