# hint: has sent another release
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
        cancellation = None
        for _ in range(3):
            try:
                await asyncio.shield(self.store.release(self.key))
                break
            except asyncio.CancelledError as error:
                cancellation = error
        if cancellation:
            raise cancellation
