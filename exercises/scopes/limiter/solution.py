import asyncio


def limited(fetch, limit):
    slots = asyncio.Semaphore(limit)

    async def fetch_limited(url):
        async with slots:
            return await fetch(url)

    return fetch_limited
