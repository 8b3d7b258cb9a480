# hint: Each block has a list of its own, and nothing
from contextlib import asynccontextmanager


FOUND = []


def leaves(errors):
    for error in errors.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from leaves(error)
        else:
            yield error


@asynccontextmanager
async def collecting(kind):
    try:
        yield FOUND
    except* kind as errors:
        FOUND.extend(leaves(errors))
