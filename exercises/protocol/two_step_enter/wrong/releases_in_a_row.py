# hint: The exit was cut short in its first half.
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
        await self.shelf.release("lock")
        await self.shelf.release("connection")
