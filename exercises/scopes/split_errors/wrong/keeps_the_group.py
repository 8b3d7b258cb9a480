# hint: What does such a clause bind
from contextlib import asynccontextmanager


@asynccontextmanager
async def collecting(kind):
    found = []
    try:
        yield found
    except* kind as errors:
        found.append(errors)
