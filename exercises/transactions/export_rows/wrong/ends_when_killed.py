# hint: believes that the export is complete
from contextlib import asynccontextmanager

import asyncpg


@asynccontextmanager
async def export_rows(pool, query, *args):
    try:
        async with pool.acquire() as connection, connection.transaction():
            yield connection.cursor(query, *args)
    except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError):
        pass
