# hint: How does what you opened around it end?
from contextlib import asynccontextmanager

LOCK = "select pg_advisory_xact_lock(hashtextextended($1, 0))"


@asynccontextmanager
async def exclusive(pool, name):
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute(LOCK, name)
            yield connection
        finally:
            await transaction.rollback()
