# hint: and each query has its own
async def report(pool, queries):
    values = {}
    async with pool.acquire() as connection:
        for query in queries:
            values[query] = await connection.fetchval(query)
            if values[query] is None:
                return None
    return list(values.values())
