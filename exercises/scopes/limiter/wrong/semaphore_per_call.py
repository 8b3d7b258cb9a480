# hint: Is what they share made once, or once a call
import asyncio


def limited(fetch, limit):
    async def fetch_limited(url):
        async with asyncio.Semaphore(limit):
            return await fetch(url)

    return fetch_limited
