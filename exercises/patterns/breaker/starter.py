import time
from contextlib import asynccontextmanager


class CircuitOpen(Exception):
    pass


class Breaker:
    def __init__(self, limit, pause, counts):
        self.limit, self.pause = limit, pause
        self.failures, self.opened = 0, 0
        self.state = "closed"

    @asynccontextmanager
    async def call(self):
        if self.state == "half open":
            raise CircuitOpen
        if self.state == "open":
            if time.time() < self.opened + self.pause:
                raise CircuitOpen
            self.state = "half open"
        try:
            yield
            self.state, self.failures = "closed", 0
        except BaseException:
            self.failures += 1
            if self.failures >= self.limit:
                self.state, self.opened = "open", time.time()
            raise
