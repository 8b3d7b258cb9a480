from contextlib import asynccontextmanager


class PoolBusy(Exception):
    """No connection became free in time."""


@asynccontextmanager
async def lent(pool, seconds):
    async with pool.acquire() as connection:
        yield connection
