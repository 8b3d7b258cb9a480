# hint: let it out
async def report(pool, queries):
    values = []
    try:
        async with pool.acquire() as connection:
            for query in queries:
                value = await connection.fetchval(query)
                if value is None:
                    return None
                values.append(value)
    except Exception:
        return None
    return values
