# hint: Which group is yours to open
import asyncio
from functools import wraps


class Over(Exception):
    pass


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
            failed = failed or background
        while isinstance(failed, BaseExceptionGroup):
            failed = failed.exceptions[0]
        if failed:
            raise failed

    return run
