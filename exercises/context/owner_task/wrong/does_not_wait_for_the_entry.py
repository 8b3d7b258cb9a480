# hint: `start` has returned, and the block has not been entered
import asyncio


class Owner:
    def __init__(self, manager):
        self.manager = manager

    async def start(self):
        self.entered = asyncio.get_running_loop().create_future()
        self.leave = asyncio.Event()
        self.task = asyncio.create_task(self.own())
        await asyncio.sleep(0)

    async def own(self):
        async with self.manager as value:
            self.entered.set_result(value)
            await self.leave.wait()

    async def stop(self):
        self.leave.set()
        await asyncio.shield(self.task)
