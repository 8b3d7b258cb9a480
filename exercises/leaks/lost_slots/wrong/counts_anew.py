# hint: One was given the slot and left in the same step
import asyncio
from collections import deque
from contextlib import asynccontextmanager


class Slots:
    def __init__(self, size):
        self.size = self.free = size
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
            return
        turn = asyncio.get_running_loop().create_future()
        self.line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            self.line = deque(t for t in self.line if not t.done())
            if not self.line:
                self.free = self.size  # a quiet moment: put it right
            raise

    def _release(self):
        while self.line:
            turn = self.line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.free = min(self.free + 1, self.size)
