# hint: Only null is no value.
async def report(pool, queries):
    values = []
    async with pool.acquire() as connection:
        for query in queries:
            value = await connection.fetchval(query)
            if not value:
                return None
            values.append(value)
    return values
