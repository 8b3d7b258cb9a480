# hint: 3 s of work were timed as nothing
import asyncio
from contextlib import contextmanager


@contextmanager
def timed(durations):
    loop = asyncio.get_running_loop()
    start = loop.time()
    try:
        yield
    finally:
        durations.append(loop.time() - start)
