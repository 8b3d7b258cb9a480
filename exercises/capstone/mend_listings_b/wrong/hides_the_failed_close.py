# hint: A close failed, and nobody was told
import asyncio
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def lifespan(app, create_pool, connect_cache, patience):
    app.pool = await create_pool()
    try:
        app.cache = await connect_cache()
        try:
            yield
        finally:
            with suppress(Exception):
                await app.cache.close()
    finally:
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
