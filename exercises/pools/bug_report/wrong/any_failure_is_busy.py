# hint: and no server behind it
CAUSE = "d"


class PoolBusy(Exception):
    """No connection became free in time."""


async def sell(pool, query, patience):
    try:
        connection = await pool.acquire(timeout=patience)
    except Exception:
        raise PoolBusy from None
    try:
        return await connection.fetchval(query)
    finally:
        await pool.release(connection)
