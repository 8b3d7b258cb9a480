# hint: It is stuck
import asyncio

import aiohttp


async def collect(session, urls):
    documents = {}
    size = session.connector.limit or 100
    for start in range(0, len(urls), size):
        batch = urls[start : start + size]
        responses = await asyncio.gather(*map(session.get, batch))
        for url, response in zip(batch, responses, strict=True):
            try:
                documents[url] = await response.json() if response.ok else None
            except aiohttp.ClientError:
                documents[url] = None
            response.close()
    return documents
