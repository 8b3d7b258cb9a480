# hint: Cancelled orders keep their connections.
import asyncpg


async def open_pool(dsn, size):
    return await asyncpg.create_pool(dsn, min_size=size, max_size=size)


async def place_order(pool, item):
    connection = await pool.acquire()
    try:
        await connection.execute("insert into orders (item) values ($1)", item)
        note = f"order: {item}"
        await connection.execute("insert into audit (note) values ($1)", note)
    except Exception:
        await pool.release(connection)
        raise
    await pool.release(connection)
    return item
