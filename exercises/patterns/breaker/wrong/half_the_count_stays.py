# hint: begin anew
import asyncio
from contextlib import asynccontextmanager


def clock():
    return asyncio.get_running_loop().time()


class CircuitOpen(Exception):
    def __init__(self, retry_after):
        super().__init__(f"try again in {retry_after:g} seconds")
        self.retry_after = retry_after


class Breaker:
    def __init__(self, limit, pause, counts):
        self.limit, self.pause, self.counts = limit, pause, counts
        self.failures, self.open_until, self.trying = 0, 0, False

    @property
    def state(self):
        if self.failures < self.limit:
            return "closed"
        return "open" if clock() < self.open_until else "half open"

    @asynccontextmanager
    async def call(self):
        if self.state == "open":
            raise CircuitOpen(self.open_until - clock())
        if self.trying:
            raise CircuitOpen(0)
        self.trying = trial = self.state == "half open"
        try:
            yield
        except self.counts:
            self.ended(trial, failed=True)
            raise
        except Exception:
            self.ended(trial, failed=False)
            raise
        else:
            self.ended(trial, failed=False)
        finally:
            if trial:
                self.trying = False

    def ended(self, trial, failed):
        if not trial and self.state != "closed":
            return  # it began before the circuit opened
        self.failures = self.failures + 1 if failed else 0
        if trial and not failed:
            self.failures = self.limit - 1
        if self.failures >= self.limit:
            self.open_until = clock() + self.pause
