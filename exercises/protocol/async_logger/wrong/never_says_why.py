# hint: The exit is told how the block ended.
class AsyncLogger:
    def __init__(self, write):
        self.write = write

    async def __aenter__(self):
        await self.write("open")
        return self

    async def __aexit__(self, exc_type, exc, traceback):
        await self.write("close")

    async def info(self, text):
        await self.write(text)
