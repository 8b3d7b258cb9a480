# hint: `__exit__` blocks, and it ran
import asyncio


class threaded:
    def __init__(self, manager):
        self.manager = manager

    async def __aenter__(self):
        return await asyncio.to_thread(self.manager.__enter__)

    async def __aexit__(self, *details):
        return self.manager.__exit__(*details)
