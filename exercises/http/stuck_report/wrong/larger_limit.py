# hint: They are not the fault
import asyncio

import aiohttp


async def collect(session, urls):
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        connector=connector, timeout=session.timeout
    ) as session:
        responses = await asyncio.gather(*(session.get(url) for url in urls))
        documents = {}
        for url, response in zip(urls, responses, strict=True):
            documents[url] = await response.json() if response.ok else None
            response.close()
    return documents
