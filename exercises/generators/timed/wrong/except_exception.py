# hint: A cancelled call took 4 s
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def timed(durations):
    loop = asyncio.get_running_loop()
    start = loop.time()
    try:
        yield
    except Exception:
        durations.append(loop.time() - start)
        raise
    else:
        durations.append(loop.time() - start)
