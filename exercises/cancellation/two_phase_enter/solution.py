import asyncio


class Lease:
    def __init__(self, store, key):
        self.store = store
        self.key = key

    async def __aenter__(self):
        try:
            await self.store.reserve(self.key)
            await self.store.confirm(self.key)
        except BaseException:
            await self.release()
            raise
        return self.key

    async def __aexit__(self, exc_type, exc, traceback):
        await self.release()

    async def release(self):
        task = asyncio.create_task(self.store.release(self.key))
        cancellation = None
        while not task.done():
            try:
                await asyncio.shield(task)
            except asyncio.CancelledError as error:
                cancellation = error
        if cancellation:
            raise cancellation
