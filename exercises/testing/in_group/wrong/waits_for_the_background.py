# hint: What does a group wait for
import asyncio
from functools import wraps


def in_group(test):
    @wraps(test)
    async def run(*args):
        async with asyncio.TaskGroup() as group:
            await test(group, *args)

    return run
