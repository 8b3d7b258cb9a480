# hint: should bind the two names as a tuple
class LockedConnection:
    def __init__(self, shelf):
        self.shelf = shelf

    async def __aenter__(self):
        await self.shelf.acquire("connection")
        try:
            await self.shelf.acquire("lock")
        except BaseException:
            await self.shelf.release("connection")
            raise
        return self

    async def __aexit__(self, exc_type, exc, traceback):
        try:
            await self.shelf.release("lock")
        finally:
            await self.shelf.release("connection")
