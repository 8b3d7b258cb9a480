# hint: The block wrote a row on its connection
from contextlib import asynccontextmanager

LOCK = "select pg_advisory_xact_lock(hashtextextended($1, 0))"


@asynccontextmanager
async def exclusive(pool, name):
    async with (
        pool.acquire() as connection,
        connection.transaction(readonly=True),
    ):
        await connection.execute(LOCK, name)
        yield connection
