# hint: A block that fails is left, too
class AsyncLogger:
    def __init__(self, write):
        self.write = write

    async def __aenter__(self):
        await self.write("open")
        return self

    async def __aexit__(self, exc_type, exc, traceback):
        if exc_type is None:
            await self.write("close")

    async def info(self, text):
        await self.write(text)
