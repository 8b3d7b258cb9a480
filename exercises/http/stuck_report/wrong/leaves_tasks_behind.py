# hint: are still under way
import asyncio

import aiohttp


async def collect(session, urls):
    async def fetch(url):
        try:
            async with session.get(url, raise_for_status=True) as response:
                return await response.json()
        except (aiohttp.ClientError, TimeoutError):
            return None

    tasks = {url: asyncio.create_task(fetch(url)) for url in urls}
    return {url: await task for url, task in tasks.items()}
