# hint: if they share what owns it
import aiohttp


class Prices:
    def __init__(self, base):
        self.base = base

    async def __aenter__(self):
        connector = aiohttp.TCPConnector(force_close=True)
        self.session = aiohttp.ClientSession(connector=connector)
        return self

    async def __aexit__(self, *details):
        await self.session.close()

    async def get(self, path):
        async with self.session.get(self.base + path) as response:
            return await response.json()
