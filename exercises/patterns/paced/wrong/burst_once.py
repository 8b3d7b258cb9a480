# hint: has saved up two calls
import asyncio


class Limiter:
    def __init__(self, rate, burst):
        self.gap, self.left, self.free_at = 1 / rate, burst, 0
        self.queue = asyncio.Lock()

    async def __aenter__(self):
        clock = asyncio.get_running_loop().time
        async with self.queue:
            if self.left:
                self.left -= 1
                self.free_at = clock() + self.gap
                return
            turn = max(self.free_at, clock())
            await asyncio.sleep(turn - clock())
            self.free_at = turn + self.gap

    async def __aexit__(self, *details):
        pass
