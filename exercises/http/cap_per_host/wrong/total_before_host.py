# hint: requests wait. For what?
import asyncio
from collections import defaultdict

import aiohttp
from yarl import URL


async def fetch_all(urls, total, per_host):
    all_hosts = asyncio.Semaphore(total)
    hosts = defaultdict(lambda: asyncio.Semaphore(per_host))

    async def fetch(url):
        async with all_hosts, hosts[URL(url).authority]:
            async with session.get(url) as response:
                return await response.read()

    async with aiohttp.ClientSession(raise_for_status=True) as session:
        async with asyncio.TaskGroup() as requests:
            tasks = [requests.create_task(fetch(url)) for url in urls]
    return [task.result() for task in tasks]
