# hint: A query failed, and nobody released.
async def report(pool, queries):
    connection = await pool.acquire()
    values = []
    for query in queries:
        value = await connection.fetchval(query)
        if value is None:
            await pool.release(connection)
            return None
        values.append(value)
    await pool.release(connection)
    return values
