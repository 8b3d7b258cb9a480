# hint: For what does yours wait while it holds that one?
from contextlib import asynccontextmanager


@asynccontextmanager
async def exclusive(pool, name):
    async with pool.acquire() as connection, connection.transaction():
        number = await pool.fetchval("select hashtextextended($1, 0)", name)
        await connection.execute("select pg_advisory_xact_lock($1)", number)
        yield connection
