# hint: Where else do they wait for a connection?

CAUSE = "d"


class PoolBusy(Exception):
    """No connection became free in time."""


async def sell(pool, query, patience):
    try:
        async with pool.acquire(timeout=patience):
            pass
    except TimeoutError:
        raise PoolBusy from None
    return await pool.fetchval(query)
