# hint: In which session was it taken
from contextlib import asynccontextmanager


@asynccontextmanager
async def exclusive(pool, name):
    async with pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute(
                "select pg_advisory_xact_lock(hashtextextended($1, 0))", name
            )
        yield connection
