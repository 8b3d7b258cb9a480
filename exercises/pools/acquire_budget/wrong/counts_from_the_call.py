# hint: When does yours begin?
import asyncio


class PoolBusy(Exception):
    """No connection became free in time."""


class lent:
    def __init__(self, pool, seconds):
        self.pool = pool
        self.deadline = asyncio.get_running_loop().time() + seconds
        self.seconds = seconds

    async def __aenter__(self):
        left = self.deadline - asyncio.get_running_loop().time()
        try:
            self.connection = await self.pool.acquire(timeout=max(left, 0))
        except TimeoutError:
            raise PoolBusy from None
        self.limit = asyncio.timeout_at(self.deadline)
        await self.limit.__aenter__()
        return self.connection

    async def __aexit__(self, *exc):
        try:
            await self.limit.__aexit__(*exc)
        finally:
            await self.pool.release(self.connection, timeout=self.seconds)
