import asyncpg


async def open_pool(dsn, size):
    return await asyncpg.create_pool(dsn, min_size=size, max_size=size)


async def audit(connection, note):
    await connection.execute("insert into audit (note) values ($1)", note)


async def place_order(pool, item):
    async with pool.acquire() as connection:
        await connection.execute("insert into orders (item) values ($1)", item)
        await audit(connection, f"order: {item}")
    return item
