# hint: Did the server say yes
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def exclusive(pool, name):
    async with pool.acquire() as connection:
        for _ in range(10):
            if await connection.fetchval(
                "select pg_try_advisory_lock(hashtextextended($1, 0))", name
            ):
                break
            await asyncio.sleep(0.05)
        yield connection
