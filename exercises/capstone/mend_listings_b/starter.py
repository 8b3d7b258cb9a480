from contextlib import asynccontextmanager


@asynccontextmanager
async def lifespan(app, create_pool, connect_cache, patience):
    app.pool = await create_pool()
    app.cache = await connect_cache()
    yield
    await app.pool.close()
    await app.cache.close()


@asynccontextmanager
async def get_db(pool):
    async with pool.acquire() as connection:
        yield connection


async def place(pool, order, charge):
    async with pool.acquire() as connection:
        await connection.execute(order)
        return await charge(order)
