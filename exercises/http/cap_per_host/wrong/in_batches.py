# hint: requests wait. For what?
import asyncio

import aiohttp


async def fetch_all(urls, total, per_host):
    async def fetch(url):
        async with session.get(url) as response:
            return await response.read()

    bodies = []
    connector = aiohttp.TCPConnector(limit=total, limit_per_host=per_host)
    async with aiohttp.ClientSession(
        connector=connector, raise_for_status=True
    ) as session:
        while urls:
            batch, urls = urls[:total], urls[total:]
            async with asyncio.TaskGroup() as requests:
                tasks = [requests.create_task(fetch(url)) for url in batch]
            bodies += [task.result() for task in tasks]
    return bodies
