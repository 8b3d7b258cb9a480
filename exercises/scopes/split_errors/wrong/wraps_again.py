# hint: will not look into a group
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
    except BaseException as error:
        both = BaseExceptionGroup("batch", [error])
        wanted, others = both.split(kind)
        found.extend(leaves(wanted) if wanted else ())
        if others:
            raise others from None
