# hint: `as` should bind the object itself
import aiohttp


class Prices:
    def __init__(self, base):
        self.base = base

    async def __aenter__(self):
        self.session = aiohttp.ClientSession()
        return await self.session.__aenter__()

    async def __aexit__(self, *details):
        await self.session.__aexit__(*details)

    async def get(self, path):
        async with self.session.get(self.base + path) as response:
            return await response.json()
