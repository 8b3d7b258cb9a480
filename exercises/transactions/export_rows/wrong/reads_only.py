# hint: Which transaction refuses it?
from contextlib import asynccontextmanager


@asynccontextmanager
async def export_rows(pool, query, *args):
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield connection.cursor(query, *args)
