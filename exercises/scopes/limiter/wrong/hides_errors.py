# hint: What `fetch` raises should come out
import asyncio


def limited(fetch, limit):
    slots = asyncio.Semaphore(limit)

    async def fetch_limited(url):
        async with slots:
            try:
                return await fetch(url)
            except Exception:
                return None

    return fetch_limited
