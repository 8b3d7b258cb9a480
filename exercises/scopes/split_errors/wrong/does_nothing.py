# hint: All were collected, and something came out
from contextlib import asynccontextmanager


@asynccontextmanager
async def collecting(kind):
    yield []
