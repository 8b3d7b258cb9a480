# hint: The function ran in the thread of the loop
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def worker_pool(size):
    places = asyncio.Semaphore(size)

    async def run(function, *args):
        async with places:
            return function(*args)

    yield run
