# hint: The test is called once, with the group
import asyncio
from functools import wraps


class Group:
    def __init__(self):
        self.tasks = []

    def create_task(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.append(task)
        return task


def in_group(test):
    @wraps(test)
    async def run(*args):
        group = Group()
        try:
            await test(group, *args)
        finally:
            for task in group.tasks:
                task.cancel()
            await asyncio.gather(*group.tasks, return_exceptions=True)

    return run
