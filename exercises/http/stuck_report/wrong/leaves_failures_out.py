# hint: has `None` in the dict
import asyncio

import aiohttp


async def collect(session, urls):
    documents = {}

    async def fetch(url):
        try:
            async with session.get(url, raise_for_status=True) as response:
                document = await response.json()
        except (aiohttp.ClientError, TimeoutError):
            return None
        documents[url] = document
        return document

    await asyncio.gather(*map(fetch, urls))
    return {url: documents[url] for url in urls if url in documents}
