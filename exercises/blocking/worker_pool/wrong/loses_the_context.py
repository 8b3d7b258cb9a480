# hint: What would take them along?
import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager


@asynccontextmanager
async def worker_pool(size):
    loop = asyncio.get_running_loop()
    pool = ThreadPoolExecutor(size)

    async def run(function, *args):
        return await loop.run_in_executor(pool, function, *args)

    try:
        yield run
    finally:
        await asyncio.to_thread(pool.shutdown, cancel_futures=True)
