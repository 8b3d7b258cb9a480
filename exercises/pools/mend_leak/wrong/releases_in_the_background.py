# hint: Who waits for the release?
import asyncio


async def report(pool, queries):
    connection = await pool.acquire()
    values = []
    try:
        for query in queries:
            value = await connection.fetchval(query)
            if value is None:
                return None
            values.append(value)
        return values
    finally:
        asyncio.create_task(pool.release(connection))
