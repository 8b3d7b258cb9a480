# hint: there is no report at all
import asyncio


async def collect(session, urls):
    async def fetch(url):
        async with session.get(url) as response:
            return await response.json() if response.ok else None

    return dict(zip(urls, await asyncio.gather(*map(fetch, urls)), strict=True))
