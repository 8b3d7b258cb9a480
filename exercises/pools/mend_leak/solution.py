async def report(pool, queries):
    values = []
    async with pool.acquire() as connection:
        for query in queries:
            value = await connection.fetchval(query)
            if value is None:
                return None
            values.append(value)
    return values
