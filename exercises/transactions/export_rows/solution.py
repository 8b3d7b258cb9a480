from contextlib import asynccontextmanager


@asynccontextmanager
async def export_rows(pool, query, *args):
    async with pool.acquire() as connection, connection.transaction():
        yield connection.cursor(query, *args)
