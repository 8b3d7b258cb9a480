# hint: has run all the same
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def worker_pool(size):
    places, threads = asyncio.Semaphore(size), set()

    async def run(function, *args):
        await places.acquire()
        thread = asyncio.create_task(asyncio.to_thread(function, *args))
        threads.add(thread)
        thread.add_done_callback(lambda _: places.release())
        return await asyncio.shield(thread)

    try:
        yield run
    finally:
        cancellation = None
        while any(not thread.done() for thread in threads):
            try:
                await asyncio.wait(threads)
            except asyncio.CancelledError as error:
                cancellation = error
        if cancellation:
            raise cancellation
