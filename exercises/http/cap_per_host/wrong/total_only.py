# hint: Which limit is for each host
import asyncio

import aiohttp


async def fetch_all(urls, total, per_host):
    async def fetch(url):
        async with session.get(url) as response:
            return await response.read()

    connector = aiohttp.TCPConnector(limit=total)
    async with aiohttp.ClientSession(
        connector=connector, raise_for_status=True
    ) as session:
        async with asyncio.TaskGroup() as requests:
            tasks = [requests.create_task(fetch(url)) for url in urls]
    return [task.result() for task in tasks]
