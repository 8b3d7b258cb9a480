# hint: The test's own exception is the news
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
                try:
                    await test(group, *args)
                except Exception as error:
                    failed = error
                raise Over
        except* Over:
            pass
        except* Exception as background:
            failed = background.exceptions[0]
        if failed:
            raise failed

    return run
