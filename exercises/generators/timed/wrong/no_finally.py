# hint: A call that fails takes time too
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def timed(durations):
    loop = asyncio.get_running_loop()
    start = loop.time()
    yield
    durations.append(loop.time() - start)
