import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def timed(durations):
    loop = asyncio.get_running_loop()
    start = loop.time()
    try:
        yield
    finally:
        durations.append(loop.time() - start)
