# hint: They are not the fault
import asyncio

import aiohttp


async def collect(session, urls):
    async def fetch(url):
        try:
            async with session.get(url, raise_for_status=True) as response:
                return await response.json()
        except (aiohttp.ClientError, TimeoutError):
            return None

    session.connector._limit = session.connector._limit_per_host = 0
    return dict(zip(urls, await asyncio.gather(*map(fetch, urls)), strict=True))
