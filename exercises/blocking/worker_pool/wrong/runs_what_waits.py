# hint: has run all the same
import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import copy_context


@asynccontextmanager
async def worker_pool(size):
    loop = asyncio.get_running_loop()
    pool = ThreadPoolExecutor(size)

    async def run(function, *args):
        context = copy_context()
        return await loop.run_in_executor(pool, context.run, function, *args)

    try:
        yield run
    finally:
        await asyncio.to_thread(pool.shutdown)
