# hint: An early return, and nobody released.
async def report(pool, queries):
    connection = await pool.acquire()
    values = []
    try:
        for query in queries:
            value = await connection.fetchval(query)
            if value is None:
                return None
            values.append(value)
    except BaseException:
        await pool.release(connection)
        raise
    await pool.release(connection)
    return values
