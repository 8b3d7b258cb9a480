# hint: a connection is not back in the pool
from contextlib import asynccontextmanager


@asynccontextmanager
async def export_rows(pool, query, *args):
    connection = await pool.acquire()
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield connection.cursor(query, *args)
    finally:
        await transaction.rollback()
        await pool.release(connection)
