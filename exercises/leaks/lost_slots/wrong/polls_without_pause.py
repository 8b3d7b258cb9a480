# hint: A newcomer has overtaken
import asyncio
from contextlib import asynccontextmanager


class Slots:
    def __init__(self, size):
        self.free = size

    @asynccontextmanager
    async def slot(self):
        while not self.free:
            await asyncio.sleep(0)
        self.free -= 1
        try:
            yield
        finally:
            self.free += 1
