# hint: the time at the end minus the time at the start
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def timed(durations):
    loop = asyncio.get_running_loop()
    try:
        yield
    finally:
        durations.append(loop.time())
