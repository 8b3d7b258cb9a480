# hint: When is its body read
import asyncio

import aiohttp


async def fetch_all(urls, total, per_host):
    async def fetch(url):
        return await session.get(url)

    connector = aiohttp.TCPConnector(limit=total, limit_per_host=per_host)
    async with aiohttp.ClientSession(
        connector=connector, raise_for_status=True
    ) as session:
        async with asyncio.TaskGroup() as requests:
            tasks = [requests.create_task(fetch(url)) for url in urls]
        return [await task.result().read() for task in tasks]
