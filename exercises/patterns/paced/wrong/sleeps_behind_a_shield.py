# hint: a task of yours still sleeps
import asyncio


class Limiter:
    def __init__(self, rate, burst):
        self.gap, self.ahead = 1 / rate, (burst - 1) / rate
        self.planned = 0  # the next turn, had nobody ever been early
        self.queue = asyncio.Lock()

    async def __aenter__(self):
        clock = asyncio.get_running_loop().time
        async with self.queue:
            turn = max(self.planned - self.ahead, clock())
            await asyncio.shield(asyncio.sleep(turn - clock()))
            self.planned = max(self.planned, turn) + self.gap

    async def __aexit__(self, *details):
        pass
