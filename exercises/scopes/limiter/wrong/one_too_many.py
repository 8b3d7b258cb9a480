# hint: More calls are under way than the limit allows
import asyncio


def limited(fetch, limit):
    slots = asyncio.Semaphore(limit + 1)

    async def fetch_limited(url):
        async with slots:
            return await fetch(url)

    return fetch_limited
