# hint: without a group around it
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
        wanted, others = errors.split(kind)
        found.extend(leaves(wanted) if wanted else ())
        if others:
            raise others from None
