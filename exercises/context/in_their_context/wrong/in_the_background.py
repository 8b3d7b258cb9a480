# hint: One job at a time
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
            task = asyncio.create_task(job(), context=context)
            task.add_done_callback(lambda task, answer=answer: self.tell(task, answer))

    def tell(self, task, answer):
        if answer.done() or task.cancelled():
            return
        if task.exception():
            answer.set_exception(task.exception())
        else:
            answer.set_result(task.result())
