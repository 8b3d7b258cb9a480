# hint: The cancellation disappeared
import asyncio


async def report(pool, queries):
    values = []
    async with pool.acquire() as connection:
        try:
            for query in queries:
                value = await connection.fetchval(query)
                if value is None:
                    return None
                values.append(value)
        except asyncio.CancelledError:
            return None
    return values
