import asyncio
from contextlib import contextmanager


@contextmanager
def timed(durations):
    clock = asyncio.get_running_loop()
    start = clock.time()
    yield
    durations.append(clock.time() - start)
