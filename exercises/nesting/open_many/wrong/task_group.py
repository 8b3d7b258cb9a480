# hint: The exception of the failed acquire should come out
import asyncio
from contextlib import AsyncExitStack, asynccontextmanager


@asynccontextmanager
async def open_many(shelf, names):
    async with AsyncExitStack() as stack:

        async def take(name):
            handle = await shelf.acquire(name)
            stack.push_async_callback(shelf.release, handle)
            return handle

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(take(name)) for name in names]
        yield [task.result() for task in tasks]
