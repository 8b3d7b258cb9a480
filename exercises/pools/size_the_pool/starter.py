import asyncpg


async def open_pool(dsn, workers, spare):
    connection = await asyncpg.connect(dsn)
    most = int(await connection.fetchval("show max_connections"))
    await connection.close()
    return await asyncpg.create_pool(dsn, max_size=most // workers)
