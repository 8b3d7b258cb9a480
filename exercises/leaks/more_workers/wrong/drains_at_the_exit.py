# hint: no other is begun
import asyncio
from contextlib import suppress


class Mailer:
    def __init__(self, send, settings):
        self.send, self.settings = send, settings
        self.queue = asyncio.Queue()

    async def __aenter__(self):
        self.worker = asyncio.create_task(self.work())
        return self

    async def __aexit__(self, exc_type, exc, traceback):
        while not self.queue.empty():
            await asyncio.sleep(0.1)
        self.worker.cancel()
        await asyncio.wait([self.worker])

    def put(self, mail):
        self.queue.put_nowait(mail)

    async def reload(self, settings):
        self.settings = settings

    async def work(self):
        while True:
            mail = await self.queue.get()
            with suppress(Exception):
                await self.send(mail, self.settings)
