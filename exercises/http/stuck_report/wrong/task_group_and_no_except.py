# hint: there is no report at all
import asyncio


async def collect(session, urls):
    async def fetch(url):
        async with session.get(url, raise_for_status=True) as response:
            return await response.json()

    async with asyncio.TaskGroup() as requests:
        tasks = {url: requests.create_task(fetch(url)) for url in urls}
    return {url: task.result() for url, task in tasks.items()}
