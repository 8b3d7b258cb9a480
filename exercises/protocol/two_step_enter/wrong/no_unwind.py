# hint: Who knows about the first one?
class LockedConnection:
    def __init__(self, shelf):
        self.shelf = shelf

    async def __aenter__(self):
        connection = await self.shelf.acquire("connection")
        lock = await self.shelf.acquire("lock")
        return connection, lock

    async def __aexit__(self, exc_type, exc, traceback):
        try:
            await self.shelf.release("lock")
        finally:
            await self.shelf.release("connection")
