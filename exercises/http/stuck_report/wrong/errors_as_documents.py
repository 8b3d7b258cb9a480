# hint: has `None` in the dict
import asyncio


async def collect(session, urls):
    async def fetch(url):
        async with session.get(url, raise_for_status=True) as response:
            return await response.json()

    results = await asyncio.gather(*map(fetch, urls), return_exceptions=True)
    return dict(zip(urls, results, strict=True))
