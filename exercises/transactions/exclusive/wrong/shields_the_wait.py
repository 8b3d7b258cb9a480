# hint: It was cancelled while it waited, and waits on.
import asyncio
from contextlib import asynccontextmanager

LOCK = "select pg_advisory_xact_lock(hashtextextended($1, 0))"


@asynccontextmanager
async def exclusive(pool, name):
    async with pool.acquire() as connection, connection.transaction():
        await asyncio.shield(connection.execute(LOCK, name))
        yield connection
