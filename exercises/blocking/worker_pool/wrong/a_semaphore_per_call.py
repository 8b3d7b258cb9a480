# hint: more functions than that ran at a time
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def worker_pool(size):
    async def run(function, *args):
        async with asyncio.Semaphore(size):
            return await asyncio.to_thread(function, *args)

    yield run
