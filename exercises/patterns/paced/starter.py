import asyncio


class Limiter:
    def __init__(self, rate, burst):
        self.gap = 1 / rate
        self.lock = asyncio.Lock()

    async def __aenter__(self):
        await self.lock.acquire()
        await asyncio.sleep(self.gap)

    async def __aexit__(self, *details):
        self.lock.release()
