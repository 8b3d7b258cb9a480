# hint: what it opened is not
from contextlib import asynccontextmanager


@asynccontextmanager
async def export_rows(pool, query, *args):
    connection = await pool.acquire()
    transaction = connection.transaction()
    await transaction.start()
    yield connection.cursor(query, *args)
    await transaction.rollback()
    await pool.release(connection)
