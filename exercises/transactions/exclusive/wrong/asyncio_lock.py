# hint: In which session was it taken
import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager

locks = defaultdict(asyncio.Lock)


@asynccontextmanager
async def exclusive(pool, name):
    async with locks[name], pool.acquire() as connection:
        yield connection
