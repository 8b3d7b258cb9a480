import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def worker_pool(size):
    places = asyncio.Semaphore(size)

    async def run(function, *args):
        async with places:
            return await asyncio.to_thread(function, *args)

    yield run
