# hint: Who limits the time
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def lifespan(app, create_pool, connect_cache, patience):
    app.pool = await create_pool()
    try:
        app.cache = await connect_cache()
        try:
            yield
        finally:
            await app.cache.close()
    finally:
        await app.pool.close()


async def get_db(pool):
    async with pool.acquire() as connection:
        yield connection


async def place(pool, order, charge):
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(order)
        return await charge(order)
