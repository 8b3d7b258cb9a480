# hint: The type to collect is an argument
from contextlib import asynccontextmanager


def leaves(errors):
    for error in errors.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from leaves(error)
        else:
            yield error


@asynccontextmanager
async def collecting(kind):
    found = []
    try:
        yield found
    except* LookupError as errors:
        found.extend(leaves(errors))
