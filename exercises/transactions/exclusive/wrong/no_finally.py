# hint: No block is open, and something is still held
from contextlib import asynccontextmanager


@asynccontextmanager
async def exclusive(pool, name):
    connection = await pool.acquire()
    await connection.execute("select pg_advisory_lock(hashtextextended($1, 0))", name)
    yield connection
    await connection.execute("select pg_advisory_unlock(hashtextextended($1, 0))", name)
    await pool.release(connection)
