# hint: One shop says that it sends JSON
import asyncio

import aiohttp


async def collect(session, urls):
    async def fetch(url):
        try:
            async with session.get(url, raise_for_status=True) as response:
                return await response.json()
        except (aiohttp.ClientError, TimeoutError):
            return None

    async with asyncio.TaskGroup() as requests:
        tasks = {url: requests.create_task(fetch(url)) for url in urls}
    return {url: task.result() for url, task in tasks.items()}
