# hint: tells the caller what went wrong
async def report(pool, queries):
    connection = await pool.acquire()
    values = []
    try:
        for query in queries:
            value = await connection.fetchval(query)
            if value is None:
                values = None
            values.append(value)
    finally:
        await pool.release(connection)
        return values
