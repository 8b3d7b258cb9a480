# hint: different names have nothing to wait for
from contextlib import asynccontextmanager


@asynccontextmanager
async def exclusive(pool, name):
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "select pg_advisory_xact_lock(hashtextextended('invoices', 0))"
        )
        yield connection
