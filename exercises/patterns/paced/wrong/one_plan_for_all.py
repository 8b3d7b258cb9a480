# hint: each other
import asyncio

QUEUES = {}


class Limiter:
    planned = 0

    def __init__(self, rate, burst):
        self.gap, self.ahead = 1 / rate, (burst - 1) / rate

    async def __aenter__(self):
        clock = asyncio.get_running_loop().time
        if clock() == 0 and asyncio.get_running_loop() not in QUEUES:
            Limiter.planned = 0
        async with QUEUES.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            turn = max(self.planned - self.ahead, clock())
            await asyncio.sleep(turn - clock())
            Limiter.planned = max(self.planned, turn) + self.gap

    async def __aexit__(self, *details):
        pass
