# hint: A cursor lives in a transaction
from contextlib import asynccontextmanager


@asynccontextmanager
async def export_rows(pool, query, *args):
    async with pool.acquire() as connection:
        yield connection.cursor(query, *args)
