# hint: does not end as cancelled
import asyncio

import aiohttp


async def collect(session, urls):
    documents = dict.fromkeys(urls)

    async def fetch(url):
        try:
            async with session.get(url, raise_for_status=True) as response:
                documents[url] = await response.json()
        except (aiohttp.ClientError, TimeoutError):
            pass

    try:
        async with asyncio.TaskGroup() as requests:
            for url in urls:
                requests.create_task(fetch(url))
    except asyncio.CancelledError:
        pass  # what there is, is a report too
    return documents
