# hint: Which clock did you read
import time
from contextlib import asynccontextmanager


@asynccontextmanager
async def timed(durations):
    start = time.perf_counter()
    try:
        yield
    finally:
        durations.append(time.perf_counter() - start)
