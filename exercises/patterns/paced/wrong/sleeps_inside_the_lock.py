# hint: What do you hold while the
import asyncio


class Limiter:
    def __init__(self, rate, burst):
        self.gap, self.free_at = 1 / rate, 0
        self.lock = asyncio.Lock()

    async def __aenter__(self):
        await self.lock.acquire()
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(self.free_at - clock())
        self.free_at = clock() + self.gap

    async def __aexit__(self, *details):
        self.lock.release()
