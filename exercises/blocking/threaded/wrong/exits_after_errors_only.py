# hint: The block was cancelled, and the exit did not run
import asyncio
from contextlib import asynccontextmanager


async def to_the_end(function, *args):
    """The finished thread, and the cancellation that came meanwhile."""
    thread = asyncio.create_task(asyncio.to_thread(function, *args))
    cancellation = None
    while not thread.done():
        try:
            await asyncio.wait([thread])
        except asyncio.CancelledError as error:
            cancellation = error
    return thread, cancellation


async def leave(manager, *details):
    leaving, stop = await to_the_end(manager.__exit__, *details)
    if stop:
        raise stop from leaving.exception()
    return leaving.result()


@asynccontextmanager
async def threaded(manager):
    entering, stop = await to_the_end(manager.__enter__)
    if stop:
        if not entering.exception():
            await leave(manager, type(stop), stop, stop.__traceback__)
        raise stop
    value = entering.result()
    try:
        yield value
    except Exception as error:
        if not await leave(manager, type(error), error, error.__traceback__):
            raise
    else:
        await leave(manager, None, None, None)
