# hint: at the same time
import asyncio
from contextlib import suppress


class Mailer:
    def __init__(self, send, settings):
        self.send, self.settings = send, settings
        self.queue, self.tasks = asyncio.Queue(), set()

    async def __aenter__(self):
        self.worker = asyncio.create_task(self.work())
        return self

    async def __aexit__(self, exc_type, exc, traceback):
        tasks = {self.worker, *self.tasks}
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    def put(self, mail):
        self.queue.put_nowait(mail)

    async def reload(self, settings):
        self.settings = settings

    async def work(self):
        while True:
            mail = await self.queue.get()
            self.tasks.add(asyncio.create_task(self.one(mail)))

    async def one(self, mail):
        with suppress(Exception):
            await self.send(mail, self.settings)
