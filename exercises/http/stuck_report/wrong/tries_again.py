# hint: Each document should be complete
import asyncio

import aiohttp


async def collect(session, urls):
    limit = aiohttp.ClientTimeout(total=0.2)
    documents = dict.fromkeys(urls)
    for _ in range(3):
        left = [url for url in urls if documents[url] is None]
        responses = await asyncio.gather(
            *(session.get(url, timeout=limit) for url in left), return_exceptions=True
        )
        for url, response in zip(left, responses, strict=True):
            if isinstance(response, aiohttp.ClientResponse):
                try:
                    documents[url] = await response.json() if response.ok else None
                except (aiohttp.ClientError, TimeoutError):
                    pass
                response.close()
    return documents
