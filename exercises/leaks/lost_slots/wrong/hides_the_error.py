# hint: as if he had never come
import asyncio
from collections import deque
from contextlib import asynccontextmanager, suppress


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
        if self.line:
            with suppress(asyncio.InvalidStateError):
                self.line.popleft().set_result(None)
        else:
            self.free += 1
