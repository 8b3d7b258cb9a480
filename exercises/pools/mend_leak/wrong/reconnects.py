# hint: The backend died in the middle of the query. Say so
import asyncpg


async def report(pool, queries):
    values = []
    async with pool.acquire() as connection:
        for query in queries:
            try:
                value = await connection.fetchval(query)
            except asyncpg.ConnectionDoesNotExistError:
                return None
            if value is None:
                return None
            values.append(value)
    return values
