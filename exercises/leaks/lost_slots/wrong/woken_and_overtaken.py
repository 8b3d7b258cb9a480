# hint: A newcomer has overtaken
import asyncio
from collections import deque
from contextlib import asynccontextmanager


class Slots:
    def __init__(self, size):
        self.free = size
        self.line = deque()

    @asynccontextmanager
    async def slot(self):
        while not self.free:
            turn = asyncio.get_running_loop().create_future()
            self.line.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if not turn.cancelled():
                    self._wake()
                raise
        self.free -= 1
        try:
            yield
        finally:
            self.free += 1
            self._wake()

    def _wake(self):
        while self.line:
            turn = self.line.popleft()
            if not turn.cancelled():
                turn.set_result(None)
                return
