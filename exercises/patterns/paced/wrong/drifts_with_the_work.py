# hint: counted from the end of the block
import asyncio


class Limiter:
    def __init__(self, rate, burst):
        self.rate, self.burst = rate, burst
        self.gap, self.ahead, self.planned = 1 / rate, (burst - 1) / rate, 0
        self.queue = asyncio.Lock()

    async def __aenter__(self):
        clock = asyncio.get_running_loop().time
        async with self.queue:
            turn = max(self.planned - self.ahead, clock())
            await asyncio.sleep(turn - clock())
            self.planned = max(self.planned, turn) + self.gap

    async def __aexit__(self, *details):
        clock = asyncio.get_running_loop().time
        if self.ahead == 0 and not self.queue.locked():
            self.planned = clock() + self.gap
