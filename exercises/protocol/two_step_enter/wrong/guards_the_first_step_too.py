# hint: there is nothing to give back
class LockedConnection:
    def __init__(self, shelf):
        self.shelf = shelf

    async def __aenter__(self):
        try:
            connection = await self.shelf.acquire("connection")
            lock = await self.shelf.acquire("lock")
        except BaseException:
            await self.shelf.release("connection")
            raise
        return connection, lock

    async def __aexit__(self, exc_type, exc, traceback):
        try:
            await self.shelf.release("lock")
        finally:
            await self.shelf.release("connection")
