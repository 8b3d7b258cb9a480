# hint: What did the failure end?
import aiohttp


class Prices:
    def __init__(self, base):
        self.base = base

    async def __aenter__(self):
        self.session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *details):
        await self.session.close()

    async def get(self, path):
        try:
            async with self.session.get(self.base + path) as response:
                return await response.json()
        except aiohttp.ClientError:
            await self.session.close()
            raise
