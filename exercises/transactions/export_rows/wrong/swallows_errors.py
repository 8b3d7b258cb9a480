# hint: The block's exception should leave it
from contextlib import asynccontextmanager


@asynccontextmanager
async def export_rows(pool, query, *args):
    async with pool.acquire() as connection, connection.transaction():
        try:
            yield connection.cursor(query, *args)
        except Exception:
            pass
