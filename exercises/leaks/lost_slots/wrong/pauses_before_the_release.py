# hint: Who should have woken them
import asyncio
from collections import deque
from contextlib import asynccontextmanager


class Slots:
    def __init__(self, size):
        self.free = size
        self.line = deque()

    @asynccontextmanager
    async def slot(self):
        await self._acquire()
        try:
            yield
        finally:
            await asyncio.sleep(0)
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
            if not turn.cancelled():
                self._release()
            raise

    def _release(self):
        while self.line:
            turn = self.line.popleft()
            if not turn.cancelled():
                turn.set_result(None)
                return
        self.free += 1
