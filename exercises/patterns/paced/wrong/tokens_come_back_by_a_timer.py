# hint: no more at once
import asyncio


class Limiter:
    def __init__(self, rate, burst):
        self.seconds, self.tokens = burst / rate, asyncio.Semaphore(burst)

    async def __aenter__(self):
        await self.tokens.acquire()
        loop = asyncio.get_running_loop()
        loop.call_later(self.seconds, self.tokens.release)

    async def __aexit__(self, *details):
        pass
