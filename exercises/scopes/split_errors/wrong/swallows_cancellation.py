# hint: the task did not end as cancelled
import asyncio
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
    except* kind as errors:
        found.extend(leaves(errors))
    except* asyncio.CancelledError:
        pass
