# hint: A job has run before there was a worker
import asyncio


class Jobs:
    def __init__(self):
        self.lock = asyncio.Lock()

    async def submit(self, job):
        async with self.lock:
            return await asyncio.create_task(job())

    async def run_jobs(self):
        await asyncio.Event().wait()
