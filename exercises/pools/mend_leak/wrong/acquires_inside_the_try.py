# hint: What does your cleanup release then?
async def report(pool, queries):
    values = []
    try:
        connection = await pool.acquire()
        for query in queries:
            value = await connection.fetchval(query)
            if value is None:
                return None
            values.append(value)
        return values
    finally:
        await pool.release(connection)
