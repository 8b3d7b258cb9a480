# hint: Who opened the others?
import asyncpg


async def open_pool(dsn, size):
    pool = await asyncpg.create_pool(dsn, min_size=size, max_size=size)
    global audits
    audits = await asyncpg.create_pool(dsn, min_size=1, max_size=size)
    return pool


async def audit(note):
    async with audits.acquire() as connection:
        await connection.execute("insert into audit (note) values ($1)", note)


async def place_order(pool, item):
    async with pool.acquire() as connection:
        await connection.execute("insert into orders (item) values ($1)", item)
        await audit(f"order: {item}")
    return item
