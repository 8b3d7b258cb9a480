# hint: did not end so
import asyncio
from contextvars import copy_context


class Jobs:
    def __init__(self):
        self.queue = asyncio.Queue()

    async def submit(self, job):
        answer = asyncio.get_running_loop().create_future()
        self.queue.put_nowait((job, copy_context(), answer))
        return await answer

    async def run_jobs(self):
        while True:
            job, context, answer = await self.queue.get()
            try:
                result = await asyncio.create_task(job(), context=context)
            except BaseException as error:
                if not answer.done():
                    answer.set_exception(error)
            else:
                if not answer.done():
                    answer.set_result(result)
