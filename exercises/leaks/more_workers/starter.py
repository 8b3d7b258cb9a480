import asyncio


class Mailer:
    def __init__(self, send, settings):
        self.send, self.settings = send, settings
        self.queue = asyncio.Queue()

    async def __aenter__(self):
        self.start()
        return self

    async def __aexit__(self, exc_type, exc, traceback):
        self.worker.cancel()

    def put(self, mail):
        self.queue.put_nowait(mail)

    async def reload(self, settings):
        self.settings = settings
        self.start()

    def start(self):
        self.worker = asyncio.create_task(self.work(self.settings))

    async def work(self, settings):
        while True:
            mail = await self.queue.get()
            await self.send(mail, settings)
