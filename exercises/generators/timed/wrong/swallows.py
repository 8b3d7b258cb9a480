# hint: The ValueError did not reach the caller
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def timed(durations):
    loop = asyncio.get_running_loop()
    start = loop.time()
    try:
        yield
    except Exception as error:
        print("failed:", error)
    finally:
        durations.append(loop.time() - start)
