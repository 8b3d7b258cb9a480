# hint: there are more tasks than
import asyncio
from contextlib import suppress


class Mailer:
    def __init__(self, send, settings):
        self.send, self.settings = send, settings
        self.queue = asyncio.Queue()

    async def __aenter__(self):
        self.workers = [asyncio.create_task(self.work())]
        return self

    async def __aexit__(self, exc_type, exc, traceback):
        for worker in self.workers:
            worker.cancel()
        await asyncio.wait(self.workers)

    def put(self, mail):
        self.queue.put_nowait(mail)

    async def reload(self, settings):
        self.settings = settings
        self.workers.append(asyncio.create_task(self.work()))

    async def work(self):
        while True:
            mail = await self.queue.get()
            with suppress(Exception):
                await self.send(mail, self.settings)
