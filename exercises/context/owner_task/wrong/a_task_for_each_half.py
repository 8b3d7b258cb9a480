# hint: Which task lives from `start` to `stop`?
import asyncio


class Owner:
    def __init__(self, manager):
        self.manager = manager

    async def start(self):
        return await asyncio.create_task(self.manager.__aenter__())

    async def stop(self):
        await asyncio.create_task(self.manager.__aexit__(None, None, None))
