import asyncio


class Jobs:
    def __init__(self):
        self.queue = asyncio.Queue()

    async def submit(self, job):
        answer = asyncio.get_running_loop().create_future()
        self.queue.put_nowait((job, answer))
        return await answer

    async def run_jobs(self):
        while True:
            job, answer = await self.queue.get()
            answer.set_result(await job())
