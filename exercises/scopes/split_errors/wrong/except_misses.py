# hint: All were collected, and something came out
from contextlib import asynccontextmanager


@asynccontextmanager
async def collecting(kind):
    found = []
    try:
        yield found
    except kind as error:
        found.append(error)
