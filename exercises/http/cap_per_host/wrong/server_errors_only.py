# hint: A request has failed, and the others are waited for
import asyncio

from aiohttp import ClientSession, TCPConnector


async def fetch_all(urls, total, per_host):
    async def fetch(url):
        async with session.get(url) as response:
            if response.status >= 500:
                response.raise_for_status()
            return await response.read()

    connector = TCPConnector(limit=total, limit_per_host=per_host)
    async with (
        ClientSession(connector=connector) as session,
        asyncio.TaskGroup() as requests,
    ):
        tasks = [requests.create_task(fetch(url)) for url in urls]
    return [task.result() for task in tasks]
