# hint: What did they give back
import asyncio


def limited(fetch, limit):
    slots = asyncio.Semaphore(limit)

    async def fetch_limited(url):
        try:
            await slots.acquire()
            return await fetch(url)
        finally:
            slots.release()

    return fetch_limited
