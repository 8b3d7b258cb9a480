# hint: Which exception is that
import asyncio

import aiohttp


async def collect(session, urls):
    async def fetch(url):
        try:
            async with session.get(url, raise_for_status=True) as response:
                return await response.json()
        except aiohttp.ClientError:
            return None

    return dict(zip(urls, await asyncio.gather(*map(fetch, urls)), strict=True))
