# hint: acquired in this order
class LockedConnection:
    def __init__(self, shelf):
        self.shelf = shelf

    async def __aenter__(self):
        lock = await self.shelf.acquire("lock")
        try:
            connection = await self.shelf.acquire("connection")
        except BaseException:
            await self.shelf.release("lock")
            raise
        return connection, lock

    async def __aexit__(self, exc_type, exc, traceback):
        try:
            await self.shelf.release("lock")
        finally:
            await self.shelf.release("connection")
