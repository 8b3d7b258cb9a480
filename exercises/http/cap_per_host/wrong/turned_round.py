# hint: requests wait. For what?
import asyncio

import aiohttp


async def fetch_all(urls, total, per_host):
    async def fetch(url):
        async with session.get(url) as response:
            return await response.read()

    connector = aiohttp.TCPConnector(limit=per_host, limit_per_host=total)
    async with aiohttp.ClientSession(
        connector=connector, raise_for_status=True
    ) as session:
        async with asyncio.TaskGroup() as requests:
            tasks = [requests.create_task(fetch(url)) for url in urls]
    return [task.result() for task in tasks]
