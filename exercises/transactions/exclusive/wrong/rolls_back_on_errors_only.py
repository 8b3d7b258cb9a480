# hint: Which ways out of your code end none?
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
        except Exception:
            await transaction.rollback()
            raise
        else:
            await transaction.commit()
