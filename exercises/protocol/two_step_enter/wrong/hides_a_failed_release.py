# hint: A release complained, and nobody was told.
class LockedConnection:
    def __init__(self, shelf):
        self.shelf = shelf

    async def __aenter__(self):
        connection = await self.shelf.acquire("connection")
        try:
            lock = await self.shelf.acquire("lock")
        except BaseException:
            await self.shelf.release("connection")
            raise
        return connection, lock

    async def __aexit__(self, exc_type, exc, traceback):
        try:
            await self.shelf.release("lock")
        except Exception:
            pass
        finally:
            await self.shelf.release("connection")
