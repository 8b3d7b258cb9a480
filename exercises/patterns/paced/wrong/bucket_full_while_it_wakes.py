# hint: From which moment do you count?
import asyncio
import collections
import time


class Limiter:
    def __init__(self, rate, burst):
        self.rate, self.burst = rate, burst
        self.tokens, self.at = burst, None
        self.lock = asyncio.Lock()

    def fill(self, now):
        if self.at is not None:
            self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now

    async def __aenter__(self):
        clock = asyncio.get_running_loop().time
        async with self.lock:
            self.fill(clock())
            while self.tokens < 1:
                await asyncio.sleep((1 - self.tokens) / self.rate)
                self.fill(clock())
            self.tokens -= 1

    async def __aexit__(self, *exc):
        return None
