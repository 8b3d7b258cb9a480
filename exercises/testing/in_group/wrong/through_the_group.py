# hint: A group came out
import asyncio
from functools import wraps


class Over(Exception):
    """The test has ended, and so shall its group."""


def in_group(test):
    @wraps(test)
    async def run(*args):
        failed = None
        try:
            async with asyncio.TaskGroup() as group:
                await test(group, *args)
                raise Over
        except* Over:
            pass
        if failed:
            raise failed

    return run
