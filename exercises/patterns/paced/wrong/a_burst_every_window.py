# hint: no more at once
import asyncio
from collections import deque


class Limiter:
    def __init__(self, rate, burst):
        self.window = burst / rate
        self.begun = deque([float("-inf")] * burst, maxlen=burst)
        self.queue = asyncio.Lock()

    async def __aenter__(self):
        clock = asyncio.get_running_loop().time
        async with self.queue:
            turn = max(self.begun[0] + self.window, clock())
            await asyncio.sleep(turn - clock())
            self.begun.append(turn)

    async def __aexit__(self, *details):
        pass
