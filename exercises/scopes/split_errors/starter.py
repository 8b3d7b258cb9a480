from contextlib import asynccontextmanager


@asynccontextmanager
async def collecting(kind):
    found = []
    try:
        yield found
    except ExceptionGroup as errors:
        found.extend(errors.exceptions)
