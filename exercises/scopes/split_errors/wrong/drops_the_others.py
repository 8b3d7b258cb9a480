# hint: Errors that nobody collected have disappeared
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
    except* Exception as errors:
        found.extend(one for one in leaves(errors) if isinstance(one, kind))
