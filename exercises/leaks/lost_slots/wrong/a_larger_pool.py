# hint: As many as there are slots
import asyncio
from collections import deque
from contextlib import asynccontextmanager


class Slots:
    def __init__(self, size):
        self.free = size
        self.spare = size  # since last week
        self.line = deque()

    @asynccontextmanager
    async def slot(self):
        await self._acquire()
        try:
            yield
        finally:
            self._release()

    async def _acquire(self):
        if self.free:
            self.free -= 1
        elif self.spare:
            self.spare -= 1
        else:
            turn = asyncio.get_running_loop().create_future()
            self.line.append(turn)
            await turn

    def _release(self):
        if self.line:
            self.line.popleft().set_result(None)
        else:
            self.free += 1
