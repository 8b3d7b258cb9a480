from contextlib import asynccontextmanager


@asynccontextmanager
async def export_rows(pool, query, *args):
    async def rows():
        async with pool.acquire() as connection:
            for row in await connection.fetch(query, *args):
                yield row

    yield rows()
