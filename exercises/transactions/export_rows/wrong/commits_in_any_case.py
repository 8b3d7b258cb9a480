# hint: The block raised, and what the query had written is stored
from contextlib import asynccontextmanager


@asynccontextmanager
async def export_rows(pool, query, *args):
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            yield connection.cursor(query, *args)
        finally:
            await transaction.commit()
