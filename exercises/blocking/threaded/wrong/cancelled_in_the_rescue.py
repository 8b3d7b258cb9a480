# hint: A second cancellation, while what was entered is exited
import asyncio


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


class threaded:
    def __init__(self, manager):
        self.manager = manager

    async def __aenter__(self):
        entering, stop = await to_the_end(self.manager.__enter__)
        if not stop:
            return entering.result()
        if not entering.exception():
            details = type(stop), stop, stop.__traceback__
            await asyncio.to_thread(self.manager.__exit__, *details)
        raise stop

    async def __aexit__(self, *details):
        leaving, stop = await to_the_end(self.manager.__exit__, *details)
        if stop:
            raise stop from leaving.exception()
        return leaving.result()
