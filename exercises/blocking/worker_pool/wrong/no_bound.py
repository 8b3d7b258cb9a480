# hint: Who counts them?
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def worker_pool(size):
    yield asyncio.to_thread
