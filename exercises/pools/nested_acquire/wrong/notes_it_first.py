# hint: In which order do the two rows come?
import asyncpg


async def open_pool(dsn, size):
    return await asyncpg.create_pool(dsn, min_size=size, max_size=size)


async def audit(pool, note):
    async with pool.acquire() as connection:
        await connection.execute("insert into audit (note) values ($1)", note)


async def place_order(pool, item):
    async with pool.acquire() as connection:
        await connection.execute(
            "insert into audit (note) values ($1)", f"order: {item}"
        )
        await connection.execute("insert into orders (item) values ($1)", item)
    return item
