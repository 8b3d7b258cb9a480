# hint: The time between the calls was counted too
import asyncio
from contextlib import asynccontextmanager


def timed(durations):
    loop = asyncio.get_running_loop()
    start = loop.time()

    @asynccontextmanager
    async def block():
        try:
            yield
        finally:
            durations.append(loop.time() - start)

    return block()
