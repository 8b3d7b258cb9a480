# hint: First come, first served
import asyncio


class Limiter:
    def __init__(self, rate, burst):
        self.gap, self.ahead, self.planned = 1 / rate, (burst - 1) / rate, 0
        self.waiting, self.handle = [], None

    def wake(self):
        self.handle = None
        clock = asyncio.get_running_loop().time
        self.waiting = [future for future in self.waiting if not future.done()]
        while self.waiting and self.planned - self.ahead <= clock():
            self.planned = max(self.planned, clock()) + self.gap
            self.waiting.pop().set_result(None)
        if self.waiting:
            loop = asyncio.get_running_loop()
            self.handle = loop.call_at(self.planned - self.ahead, self.wake)

    async def __aenter__(self):
        loop = asyncio.get_running_loop()
        if not self.waiting and self.planned - self.ahead <= loop.time():
            self.planned = max(self.planned, loop.time()) + self.gap
            return
        future = loop.create_future()
        self.waiting.append(future)
        if self.handle is None:
            self.wake()
        await future

    async def __aexit__(self, *details):
        pass
