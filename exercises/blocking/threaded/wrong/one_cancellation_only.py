# hint: A second cancellation, and the manager stays entered
import asyncio


class threaded:
    def __init__(self, manager):
        self.manager = manager

    async def __aenter__(self):
        entering = asyncio.create_task(asyncio.to_thread(self.manager.__enter__))
        try:
            return await asyncio.shield(entering)
        except asyncio.CancelledError as error:
            await asyncio.wait([entering])
            await self.__aexit__(type(error), error, error.__traceback__)
            raise

    async def __aexit__(self, *details):
        leaving = asyncio.create_task(
            asyncio.to_thread(self.manager.__exit__, *details)
        )
        try:
            return await asyncio.shield(leaving)
        except asyncio.CancelledError:
            await asyncio.wait([leaving])
            raise
