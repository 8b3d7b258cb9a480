# hint: believes that the export is complete
from contextlib import asynccontextmanager

import asyncpg


@asynccontextmanager
async def export_rows(pool, query, *args):
    async def rows(connection):
        try:
            async for row in connection.cursor(query, *args):
                yield row
        except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError):
            return

    async with pool.acquire() as connection, connection.transaction():
        yield rows(connection)
