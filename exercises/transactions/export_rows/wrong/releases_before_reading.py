# hint: when their connection was gone
from contextlib import asynccontextmanager


@asynccontextmanager
async def export_rows(pool, query, *args):
    async with pool.acquire() as connection, connection.transaction():
        rows = connection.cursor(query, *args)
    yield rows
