# hint: What would take them along?
import asyncio


async def to_the_end(function, *args):
    loop = asyncio.get_running_loop()
    thread = loop.run_in_executor(None, function, *args)
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
        entering, cancellation = await to_the_end(self.manager.__enter__)
        value = entering.result()
        if cancellation:
            await self.__aexit__(None, None, None)
            raise cancellation
        return value

    async def __aexit__(self, *details):
        leaving, cancellation = await to_the_end(self.manager.__exit__, *details)
        if cancellation:
            raise cancellation
        return leaving.result()
