# hint: More calls are under way than the limit allows
import asyncio


def limited(fetch, limit):
    slots = asyncio.Semaphore(limit)

    async def fetch_limited(url):
        async with slots:
            page = asyncio.create_task(fetch(url))
        return await page

    return fetch_limited
