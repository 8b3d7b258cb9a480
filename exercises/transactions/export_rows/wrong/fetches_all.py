# hint: makes rows that nobody has asked for
from contextlib import asynccontextmanager


@asynccontextmanager
async def export_rows(pool, query, *args):
    async def each(rows):
        for row in rows:
            yield row

    async with pool.acquire() as connection, connection.transaction():
        yield each(await connection.fetch(query, *args))
