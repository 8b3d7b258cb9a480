# hint: Who opened the others?
import asyncpg


async def open_pool(dsn, size):
    global address
    address = dsn
    return await asyncpg.create_pool(dsn, min_size=size, max_size=size)


async def place_order(pool, item):
    async with pool.acquire() as connection:
        await connection.execute("insert into orders (item) values ($1)", item)
        own = await asyncpg.connect(address)
        await own.execute("insert into audit (note) values ($1)", f"order: {item}")
    return item
