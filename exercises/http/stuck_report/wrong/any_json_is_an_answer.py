# hint: has `None` in the dict
import asyncio

import aiohttp


async def collect(session, urls):
    async def fetch(url):
        try:
            async with session.get(url) as response:
                return await response.json()
        except (aiohttp.ClientError, TimeoutError):
            return None

    return dict(zip(urls, await asyncio.gather(*map(fetch, urls)), strict=True))
