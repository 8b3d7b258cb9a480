# hint: Its own exception leaves
import asyncio


class Owner:
    def __init__(self, manager):
        self.manager = manager

    async def start(self):
        self.entered = asyncio.get_running_loop().create_future()
        self.leave = asyncio.Event()
        self.task = asyncio.create_task(self.own())
        try:
            await asyncio.wait(
                [self.task, self.entered], return_when=asyncio.FIRST_COMPLETED
            )
        except asyncio.CancelledError:
            self.task.cancel()
            await asyncio.wait([self.task])
            raise
        if not self.entered.done():
            return None
        return self.entered.result()

    async def own(self):
        async with self.manager as value:
            self.entered.set_result(value)
            await self.leave.wait()

    async def stop(self):
        self.leave.set()
        await asyncio.shield(self.task)
