# hint: and it is closed
async def report(pool, queries):
    connection = await pool.acquire()
    values = []
    try:
        for query in queries:
            value = await connection.fetchval(query)
            if value is None:
                return None
            values.append(value)
        return values
    finally:
        await connection.close()
