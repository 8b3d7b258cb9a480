# hint: The entry failed, and `start` waits for ever
import asyncio


class Owner:
    def __init__(self, manager):
        self.manager = manager

    async def start(self):
        self.entered = asyncio.get_running_loop().create_future()
        self.leave = asyncio.Event()
        self.task = asyncio.create_task(self.own())
        try:
            return await self.entered
        except asyncio.CancelledError:
            self.task.cancel()
            await asyncio.wait([self.task])
            raise

    async def own(self):
        async with self.manager as value:
            self.entered.set_result(value)
            await self.leave.wait()

    async def stop(self):
        self.leave.set()
        await asyncio.shield(self.task)
