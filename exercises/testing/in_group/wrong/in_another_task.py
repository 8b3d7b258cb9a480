# hint: a background task still runs
import asyncio
from functools import wraps


class Over(Exception):
    pass


def in_group(test):
    @wraps(test)
    async def run(*args):
        async def all_of_it():
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
                failed = failed or background.exceptions[0]
            return failed

        failed = await asyncio.shield(asyncio.create_task(all_of_it()))
        if failed:
            raise failed

    return run
