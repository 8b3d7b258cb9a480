# hint: no more at once
import asyncio


class Limiter:
    def __init__(self, rate, burst):
        self.gap, self.ahead = 1 / rate, 0
        self.planned = 0  # the next turn, had nobody ever been early
        self.queue = asyncio.Lock()

    async def __aenter__(self):
        clock = asyncio.get_running_loop().time
        async with self.queue:
            turn = max(self.planned - self.ahead, clock())
            await asyncio.sleep(turn - clock())
            self.planned = max(self.planned, turn) + self.gap

    async def __aexit__(self, *details):
        pass
