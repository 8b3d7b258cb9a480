# hint: `__exit__` answered, and nobody listened
import asyncio


class threaded:
    def __init__(self, manager):
        self.manager = manager

    async def __aenter__(self):
        return await asyncio.to_thread(self.manager.__enter__)

    async def __aexit__(self, *details):
        await asyncio.to_thread(self.manager.__exit__, *details)
