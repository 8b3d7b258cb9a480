import asyncio

CAUSE = ""


class PoolBusy(Exception):
    """No connection became free in time."""


async def connection_within(pool, patience):
    waiting = asyncio.ensure_future(pool.acquire())
    done, _ = await asyncio.wait([waiting], timeout=patience)
    if not done:
        raise PoolBusy(f"no connection within {patience} s")
    return waiting.result()


async def sell(pool, query, patience):
    connection = await connection_within(pool, patience)
    try:
        return await connection.fetchval(query)
    finally:
        await pool.release(connection)
