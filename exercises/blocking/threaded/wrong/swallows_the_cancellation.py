# hint: Cancelled before the block, and the block ran
import asyncio


async def to_the_end(function, *args):
    thread = asyncio.create_task(asyncio.to_thread(function, *args))
    while not thread.done():
        try:
            await asyncio.wait([thread])
        except asyncio.CancelledError:
            pass
    return thread.result()


class threaded:
    def __init__(self, manager):
        self.manager = manager

    async def __aenter__(self):
        return await to_the_end(self.manager.__enter__)

    async def __aexit__(self, *details):
        return await to_the_end(self.manager.__exit__, *details)
