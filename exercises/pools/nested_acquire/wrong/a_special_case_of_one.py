# hint: or hold what they do not use?
import asyncio

import asyncpg


async def audit(pool, note):
    async with pool.acquire() as connection:
        await connection.execute("insert into audit (note) values ($1)", note)


gate = None


async def open_pool(dsn, size):
    global gate
    gate = asyncio.Semaphore(max(1, size - 1))
    return await asyncpg.create_pool(dsn, min_size=size, max_size=size)


async def place_order(pool, item):
    async with gate, pool.acquire() as connection:
        await connection.execute("insert into orders (item) values ($1)", item)
        if pool.get_max_size() > 1:
            await audit(pool, f"order: {item}")
        else:
            await connection.execute(
                "insert into audit (note) values ($1)", f"order: {item}"
            )
    return item
