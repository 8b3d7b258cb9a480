# hint: It is stuck
import asyncio

import aiohttp


async def collect(session, urls):
    semaphore = asyncio.Semaphore(4)

    async def get(url):
        async with semaphore:
            return await session.get(url)

    responses = await asyncio.gather(*map(get, urls))
    documents = {}
    for url, response in zip(urls, responses, strict=True):
        try:
            documents[url] = await response.json() if response.ok else None
        except aiohttp.ClientError:
            documents[url] = None
        response.close()
    return documents
