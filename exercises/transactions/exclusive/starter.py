from contextlib import asynccontextmanager


@asynccontextmanager
async def exclusive(pool, name):
    await pool.execute("select pg_advisory_lock(hashtextextended($1, 0))", name)
    try:
        async with pool.acquire() as connection:
            yield connection
    finally:
        await pool.execute("select pg_advisory_unlock(hashtextextended($1, 0))", name)
