# hint: no more and no less
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
    except ExceptionGroup as errors:
        others = []
        for one in leaves(errors):
            (found if isinstance(one, kind) else others).append(one)
        if others:
            raise others[0] from None
    except kind as error:
        found.append(error)
