# hint: What still runs when the test ends is cancelled
import asyncio
from functools import wraps


def in_group(test):
    @wraps(test)
    async def run(*args):
        try:
            async with asyncio.timeout(10):
                async with asyncio.TaskGroup() as group:
                    await test(group, *args)
        except TimeoutError:
            pass

    return run
