# hint: There is a group in the list
from contextlib import asynccontextmanager


@asynccontextmanager
async def collecting(kind):
    found = []
    try:
        yield found
    except* kind as errors:
        found.extend(errors.exceptions)
