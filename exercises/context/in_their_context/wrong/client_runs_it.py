# hint: its client sees it
import asyncio


class Jobs:
    def __init__(self):
        self.lock = asyncio.Lock()

    async def submit(self, job):
        async with self.lock:
            return await job()

    async def run_jobs(self):
        await asyncio.Event().wait()
