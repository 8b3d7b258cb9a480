# hint: a task that it started has not
import asyncio

import asyncpg


async def open_pool(dsn, size):
    return await asyncpg.create_pool(dsn, min_size=size, max_size=size)


async def place_order(pool, item):
    async with pool.acquire() as connection:
        await asyncio.gather(
            connection.execute("insert into orders (item) values ($1)", item),
            connection.execute(
                "insert into audit (note) values ($1)", f"order: {item}"
            ),
        )
    return item
