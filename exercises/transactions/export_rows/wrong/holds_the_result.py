# hint: makes rows that nobody has asked for
from contextlib import asynccontextmanager


@asynccontextmanager
async def export_rows(pool, query, *args):
    async def rows(connection):
        while page := await connection.fetch("fetch 100 from held"):
            for row in page:
                yield row

    async with pool.acquire() as connection:
        for number, value in enumerate(args, 1):
            query = query.replace(f"${number}", str(value))
        await connection.execute(f"declare held cursor with hold for {query}")
        yield rows(connection)
