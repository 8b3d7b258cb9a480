# hint: the others are waited for
import asyncio

import aiohttp


async def fetch_all(urls, total, per_host):
    async def fetch(url):
        async with session.get(url) as response:
            return await response.read()

    connector = aiohttp.TCPConnector(limit=total, limit_per_host=per_host)
    async with aiohttp.ClientSession(
        connector=connector, raise_for_status=True
    ) as session:
        results = await asyncio.gather(*map(fetch, urls), return_exceptions=True)
    failures = [result for result in results if isinstance(result, Exception)]
    if failures:
        raise ExceptionGroup("failed", failures)
    return results
