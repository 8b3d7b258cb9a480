# hint: Which task lives from `start` to `stop`?
class Owner:
    def __init__(self, manager):
        self.manager = manager

    async def start(self):
        return await self.manager.__aenter__()

    async def stop(self):
        await self.manager.__aexit__(None, None, None)
