# hint: its last line should be `close`, and stored
import asyncio


class AsyncLogger:
    def __init__(self, write):
        self.write = write

    async def __aenter__(self):
        await self.write("open")
        return self

    async def __aexit__(self, exc_type, exc, traceback):
        if exc_type is None:
            asyncio.create_task(self.write("close"))
        else:
            await self.write(f"close after {exc_type.__name__}")

    async def info(self, text):
        await self.write(text)
