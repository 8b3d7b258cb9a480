# hint: by another session than the one
from contextlib import asynccontextmanager


@asynccontextmanager
async def exclusive(pool, name):
    async with pool.acquire() as keeper, keeper.transaction():
        await keeper.execute(
            "select pg_advisory_xact_lock(hashtextextended($1, 0))", name
        )
        async with pool.acquire() as connection:
            yield connection
