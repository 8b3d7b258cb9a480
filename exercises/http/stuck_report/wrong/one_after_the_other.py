# hint: What do they wait for
import aiohttp


async def collect(session, urls):
    documents = {}
    for url in urls:
        try:
            async with session.get(url, raise_for_status=True) as response:
                documents[url] = await response.json()
        except (aiohttp.ClientError, TimeoutError):
            documents[url] = None
    return documents
