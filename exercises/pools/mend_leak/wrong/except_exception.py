# hint: What does `except Exception` not catch?
async def report(pool, queries):
    connection = await pool.acquire()
    values = []
    try:
        for query in queries:
            value = await connection.fetchval(query)
            if value is None:
                await pool.release(connection)
                return None
            values.append(value)
    except Exception:
        await pool.release(connection)
        raise
    await pool.release(connection)
    return values
