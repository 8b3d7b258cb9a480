# hint: They are not the fault
import asyncio

import aiohttp


async def collect(session, urls):
    async def fetch(url):
        async with aiohttp.ClientSession(timeout=session.timeout) as own:
            try:
                async with own.get(url, raise_for_status=True) as response:
                    return await response.json()
            except (aiohttp.ClientError, TimeoutError):
                return None

    return dict(zip(urls, await asyncio.gather(*map(fetch, urls)), strict=True))
