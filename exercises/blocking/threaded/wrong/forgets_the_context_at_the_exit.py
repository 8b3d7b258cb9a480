# hint: In its thread, `__exit__` does not see the context variables
import asyncio


async def to_the_end(thread):
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
        thread = asyncio.create_task(asyncio.to_thread(self.manager.__enter__))
        entering, stop = await to_the_end(thread)
        if not stop:
            return entering.result()
        if not entering.exception():
            await self.__aexit__(type(stop), stop, stop.__traceback__)
        raise stop

    async def __aexit__(self, *details):
        loop = asyncio.get_running_loop()
        thread = loop.run_in_executor(None, self.manager.__exit__, *details)
        leaving, stop = await to_the_end(thread)
        if stop:
            raise stop from leaving.exception()
        return leaving.result()
