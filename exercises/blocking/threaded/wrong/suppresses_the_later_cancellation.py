# hint: and it is lost
import asyncio


async def to_the_end(function, *args):
    thread = asyncio.create_task(asyncio.to_thread(function, *args))
    cancellation = None
    while not thread.done():
        try:
            await asyncio.wait([thread])
        except asyncio.CancelledError as error:
            cancellation = error
    return thread.result(), cancellation


class threaded:
    def __init__(self, manager):
        self.manager = manager

    async def __aenter__(self):
        value, cancellation = await to_the_end(self.manager.__enter__)
        if cancellation:
            await self.__aexit__(None, None, None)
            raise cancellation
        return value

    async def __aexit__(self, *details):
        suppress, cancellation = await to_the_end(self.manager.__exit__, *details)
        return suppress
