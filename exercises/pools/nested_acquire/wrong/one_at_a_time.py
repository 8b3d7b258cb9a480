# hint: What makes them queue up before the pool
import asyncio

import asyncpg

lock = asyncio.Lock()


async def open_pool(dsn, size):
    return await asyncpg.create_pool(dsn, min_size=size, max_size=size)


async def place_order(pool, item):
    async with lock, pool.acquire() as connection:
        await connection.execute("insert into orders (item) values ($1)", item)
        note = f"order: {item}"
        await connection.execute("insert into audit (note) values ($1)", note)
    return item
