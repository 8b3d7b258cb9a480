# hint: and the pool is empty
from contextlib import asynccontextmanager


@asynccontextmanager
async def exclusive(pool, name):
    connection = await pool.acquire()
    try:
        await connection.execute(
            "select pg_advisory_lock(hashtextextended($1, 0))", name
        )
        yield connection
    finally:
        await connection.close()
