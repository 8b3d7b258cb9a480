# hint: in the order of the addresses
import asyncio

import aiohttp


async def fetch_all(urls, total, per_host):
    bodies = []

    async def fetch(url):
        async with session.get(url) as response:
            bodies.append(await response.read())

    connector = aiohttp.TCPConnector(limit=total, limit_per_host=per_host)
    async with aiohttp.ClientSession(
        connector=connector, raise_for_status=True
    ) as session:
        async with asyncio.TaskGroup() as requests:
            for url in urls:
                requests.create_task(fetch(url))
    return bodies
