# hint: and the report begins again
import asyncpg


async def report(pool, queries):
    for attempt in 1, 2:
        values = []
        try:
            async with pool.acquire() as connection:
                for query in queries:
                    value = await connection.fetchval(query)
                    if value is None:
                        return None
                    values.append(value)
            return values
        except asyncpg.PostgresConnectionError:
            if attempt == 2:
                raise
