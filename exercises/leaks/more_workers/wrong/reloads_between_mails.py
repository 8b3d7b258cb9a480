# hint: What does this one wait for
import asyncio


class Mailer:
    def __init__(self, send, settings):
        self.send, self.settings = send, settings
        self.mails = asyncio.Queue()
        self.sending = asyncio.Lock()

    async def __aenter__(self):
        self.worker = asyncio.create_task(self.work())
        return self

    async def __aexit__(self, *details):
        self.worker.cancel()
        try:
            await self.worker
        except asyncio.CancelledError:
            pass

    def put(self, mail):
        self.mails.put_nowait(mail)

    async def reload(self, settings):
        async with self.sending:
            self.settings = settings

    async def work(self):
        while True:
            mail = await self.mails.get()
            async with self.sending:
                try:
                    await self.send(mail, self.settings)
                except Exception:
                    pass
