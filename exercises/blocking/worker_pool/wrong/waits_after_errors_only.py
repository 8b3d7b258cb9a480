# hint: The block was cancelled, and a function of its pool still runs
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

    async def stop():
        pool.shutdown(wait=False, cancel_futures=True)
        stopping = asyncio.create_task(asyncio.to_thread(pool.shutdown))
        cancellation = None
        while not stopping.done():
            try:
                await asyncio.wait([stopping])
            except asyncio.CancelledError as error:
                cancellation = error
        if cancellation:
            raise cancellation

    try:
        yield run
    except Exception:
        await stop()
        raise
    else:
        await stop()
