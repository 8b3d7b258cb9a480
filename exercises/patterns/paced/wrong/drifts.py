# hint: From which moment do you count?
import asyncio


class Limiter:
    def __init__(self, rate, burst):
        self.gap, self.ahead = 1 / rate, (burst - 1) / rate
        self.planned = 0  # the next turn, had nobody ever been early
        self.queue = asyncio.Lock()

    async def __aenter__(self):
        clock = asyncio.get_running_loop().time
        async with self.queue:
            wait = self.planned - self.ahead - clock()
            if wait > 0:
                await asyncio.sleep(wait)
                self.planned = clock() + self.ahead
            self.planned = max(self.planned, clock()) + self.gap

    async def __aexit__(self, *details):
        pass
