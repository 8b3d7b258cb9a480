import aiohttp


class Prices:
    def __init__(self, base):
        self.base = base

    async def get(self, path):
        async with aiohttp.ClientSession() as session:
            async with session.get(self.base + path) as response:
                return await response.json()
