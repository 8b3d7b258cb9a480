# hint: Is the other closed all the same
import asyncio
from contextlib import asynccontextmanager


@asynccontextmanager
async def lifespan(app, create_pool, connect_cache, patience):
    app.pool = await create_pool()
    app.cache = None
    try:
        app.cache = await connect_cache()
        yield
    finally:
        if app.cache is not None:
            await app.cache.close()
        try:
            async with asyncio.timeout(patience):
                await app.pool.close()
        except TimeoutError:
            app.pool.terminate()


async def get_db(pool):
    async with pool.acquire() as connection:
        yield connection


async def place(pool, order, charge):
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(order)
        return await charge(order)
