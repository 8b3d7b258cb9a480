# hint: What is a lock for three
import asyncio


def limited(fetch, limit):
    lock = asyncio.Lock()

    async def fetch_limited(url):
        async with lock:
            return await fetch(url)

    return fetch_limited
