class Lease:
    def __init__(self, store, key):
        self.store = store
        self.key = key

    async def __aenter__(self):
        await self.store.reserve(self.key)
        await self.store.confirm(self.key)
        return self.key

    async def __aexit__(self, exc_type, exc, traceback):
        await self.store.release(self.key)
