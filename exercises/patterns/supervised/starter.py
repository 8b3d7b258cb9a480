import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def supervised(*workers, restarts=3, period=60, pause=1):
    async def keep_alive(worker):
        while True:
            try:
                await worker()
            except Exception:
                await asyncio.sleep(pause)

    tasks = [asyncio.create_task(keep_alive(worker)) for worker in workers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
