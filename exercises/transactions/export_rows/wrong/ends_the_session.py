# hint: and the pool is empty
from contextlib import asynccontextmanager


@asynccontextmanager
async def export_rows(pool, query, *args):
    connection = await pool.acquire()
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield connection.cursor(query, *args)
    finally:
        connection.terminate()
