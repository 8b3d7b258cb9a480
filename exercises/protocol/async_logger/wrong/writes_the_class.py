# hint: the name of the exception's type, and no more
class AsyncLogger:
    def __init__(self, write):
        self.write = write

    async def __aenter__(self):
        await self.write("open")
        return self

    async def __aexit__(self, exc_type, exc, traceback):
        if exc_type is None:
            await self.write("close")
        else:
            await self.write(f"close after {exc_type}")

    async def info(self, text):
        await self.write(text)
