# hint: they are in each other's way
import asyncio

SLOTS = {}


def limited(fetch, limit):
    async def fetch_limited(url):
        loop = asyncio.get_running_loop()
        slots = SLOTS.setdefault((loop, limit), asyncio.Semaphore(limit))
        async with slots:
            return await fetch(url)

    return fetch_limited
