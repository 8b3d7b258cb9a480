# hint: The cancellation ended at your manager
import asyncio
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def timed(durations):
    loop = asyncio.get_running_loop()
    start = loop.time()
    with suppress(asyncio.CancelledError):
        try:
            yield
        finally:
            durations.append(loop.time() - start)
