# hint: Not every block ends with the exception that you thought of.
class AsyncLogger:
    def __init__(self, write):
        self.write = write

    async def __aenter__(self):
        await self.write("open")
        return self

    async def __aexit__(self, exc_type, exc, traceback):
        if exc_type is KeyError:
            await self.write("close after KeyError")
        else:
            await self.write("close")

    async def info(self, text):
        await self.write(text)
