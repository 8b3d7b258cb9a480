# hint: one of them was never used
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def worker_pool(size):
    lock = asyncio.Lock()

    async def run(function, *args):
        async with lock:
            return await asyncio.to_thread(function, *args)

    yield run
