# hint: has half a turn to wait
import asyncio


class Limiter:
    def __init__(self, rate, burst):
        self.rate, self.burst = rate, burst
        self.tokens, self.filled_at = burst, 0
        self.queue = asyncio.Lock()

    def refill(self):
        now = asyncio.get_running_loop().time()
        whole = int((now - self.filled_at) * self.rate)
        if whole:
            self.tokens = min(self.burst, self.tokens + whole)
            self.filled_at = now

    async def __aenter__(self):
        async with self.queue:
            self.refill()
            while self.tokens < 1:
                await asyncio.sleep(1 / self.rate)
                self.refill()
            self.tokens -= 1

    async def __aexit__(self, *details):
        pass
