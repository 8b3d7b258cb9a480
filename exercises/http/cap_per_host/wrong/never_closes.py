# hint: who closes it
import asyncio

import aiohttp


async def fetch_all(urls, total, per_host):
    async def fetch(url):
        async with session.get(url) as response:
            return await response.read()

    connector = aiohttp.TCPConnector(limit=total, limit_per_host=per_host)
    session = aiohttp.ClientSession(connector=connector, raise_for_status=True)
    async with asyncio.TaskGroup() as requests:
        tasks = [requests.create_task(fetch(url)) for url in urls]
    await session.close()
    return [task.result() for task in tasks]
