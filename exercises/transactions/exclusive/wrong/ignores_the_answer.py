# hint: Did the server say yes
from contextlib import asynccontextmanager


@asynccontextmanager
async def exclusive(pool, name):
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "select pg_try_advisory_xact_lock(hashtextextended($1, 0))", name
        )
        yield connection
