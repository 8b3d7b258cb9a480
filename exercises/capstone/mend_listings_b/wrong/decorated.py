# hint: What is yours already
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
        try:
            async with asyncio.timeout(patience):
                await app.pool.close()
        except TimeoutError:
            app.pool.terminate()


@asynccontextmanager
async def get_db(pool):
    async with pool.acquire() as connection:
        yield connection


async def place(pool, order, charge):
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(order)
        return await charge(order)
