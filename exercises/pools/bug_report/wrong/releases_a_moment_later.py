# hint: not all connections are back
import asyncio

CAUSE = "d"


class PoolBusy(Exception):
    """No connection became free in time."""


async def sell(pool, query, patience):
    try:
        connection = await pool.acquire(timeout=patience)
    except TimeoutError:
        raise PoolBusy from None
    value = await connection.fetchval(query)
    asyncio.get_running_loop().call_later(
        0.01, lambda: asyncio.ensure_future(pool.release(connection))
    )
    return value
