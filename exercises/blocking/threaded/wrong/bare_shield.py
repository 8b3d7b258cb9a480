# hint: The task has ended, and its exit still runs
import asyncio


class threaded:
    def __init__(self, manager):
        self.manager = manager

    async def __aenter__(self):
        entering = asyncio.create_task(asyncio.to_thread(self.manager.__enter__))
        cancellation = None
        while not entering.done():
            try:
                await asyncio.wait([entering])
            except asyncio.CancelledError as error:
                cancellation = error
        value = entering.result()
        if cancellation:
            await self.__aexit__(None, None, None)
            raise cancellation
        return value

    async def __aexit__(self, *details):
        leaving = asyncio.to_thread(self.manager.__exit__, *details)
        return await asyncio.shield(leaving)
