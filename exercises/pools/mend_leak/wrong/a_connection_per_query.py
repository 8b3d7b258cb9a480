# hint: On how many connections do yours run?
async def report(pool, queries):
    values = []
    for query in queries:
        value = await pool.fetchval(query)
        if value is None:
            return None
        values.append(value)
    return values
