# hint: A cancelled call should end as cancelled
import asyncio


def limited(fetch, limit):
    slots = asyncio.Semaphore(limit)

    async def fetch_limited(url):
        async with slots:
            try:
                return await fetch(url)
            except asyncio.CancelledError:
                return None

    return fetch_limited
