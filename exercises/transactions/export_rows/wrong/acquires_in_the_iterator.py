# hint: what it opened is not
from contextlib import asynccontextmanager


@asynccontextmanager
async def export_rows(pool, query, *args):
    async def rows():
        async with pool.acquire() as connection, connection.transaction():
            async for row in connection.cursor(query, *args):
                yield row

    yield rows()
