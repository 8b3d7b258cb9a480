# hint: after the cancellation had left
import asyncio


class threaded:
    def __init__(self, manager):
        self.manager = manager

    async def __aenter__(self):
        entering = asyncio.create_task(asyncio.to_thread(self.manager.__enter__))
        try:
            return await asyncio.shield(entering)
        except asyncio.CancelledError:
            entering.add_done_callback(self.undo)
            raise

    def undo(self, entering):
        if not entering.exception():
            self.undoing = asyncio.create_task(self.__aexit__(None, None, None))

    async def __aexit__(self, *details):
        leaving = asyncio.create_task(
            asyncio.to_thread(self.manager.__exit__, *details)
        )
        cancellation = None
        while not leaving.done():
            try:
                await asyncio.wait([leaving])
            except asyncio.CancelledError as error:
                cancellation = error
        if cancellation:
            raise cancellation
        return leaving.result()
