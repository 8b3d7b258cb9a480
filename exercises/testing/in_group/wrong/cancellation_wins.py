# hint: The text says which of them comes out
import asyncio
from functools import wraps


class Over(Exception):
    """The test has ended, and so shall its group."""


def in_group(test):
    @wraps(test)
    async def run(*args):
        failed = None
        cancelled = None
        try:
            async with asyncio.TaskGroup() as group:
                try:
                    await test(group, *args)
                except Exception as error:
                    failed = error
                except asyncio.CancelledError as error:
                    if asyncio.current_task().cancelling():
                        cancelled = error
                raise Over
        except* Over:
            pass
        except* Exception as background:
            failed = failed or background.exceptions[0]
        if cancelled and asyncio.current_task().cancelling():
            raise cancelled
        if failed:
            raise failed

    return run
