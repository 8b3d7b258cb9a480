# hint: Between which two of your lines
from contextlib import asynccontextmanager


@asynccontextmanager
async def exclusive(pool, name):
    connection = await pool.acquire()
    await connection.execute("select pg_advisory_lock(hashtextextended($1, 0))", name)
    try:
        yield connection
    finally:
        await pool.release(connection)
