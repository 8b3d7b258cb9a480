# hint: A group came out
import asyncio
from functools import wraps


def in_group(test):
    @wraps(test)
    async def run(*args):
        async with asyncio.TaskGroup() as group:
            tasks = []
            create_task = group.create_task

            def noted(coroutine):
                tasks.append(create_task(coroutine))
                return tasks[-1]

            group.create_task = noted
            try:
                await test(group, *args)
            finally:
                for task in tasks:
                    task.cancel()

    return run
