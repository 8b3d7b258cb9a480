async def report(pool, queries):
    connection = await pool.acquire()
    values = []
    for query in queries:
        value = await connection.fetchval(query)
        if value is None:
            return None
        values.append(value)
    await pool.release(connection)
    return values
