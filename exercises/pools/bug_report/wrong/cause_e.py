# hint: what ran last in the lost sessions
CAUSE = "e"


class PoolBusy(Exception):
    """No connection became free in time."""


async def connection_within(pool, patience):
    try:
        return await pool.acquire(timeout=patience)
    except TimeoutError:
        raise PoolBusy(f"no connection within {patience} s") from None


async def sell(pool, query, patience):
    connection = await connection_within(pool, patience)
    try:
        return await connection.fetchval(query)
    finally:
        await pool.release(connection)
