# hint: requests wait. For what?
import asyncio

import aiohttp


async def fetch_all(urls, total, per_host):
    semaphore = asyncio.Semaphore(min(total, per_host))

    async def fetch(url):
        async with semaphore, session.get(url) as response:
            return await response.read()

    async with aiohttp.ClientSession(raise_for_status=True) as session:
        async with asyncio.TaskGroup() as requests:
            tasks = [requests.create_task(fetch(url)) for url in urls]
    return [task.result() for task in tasks]
