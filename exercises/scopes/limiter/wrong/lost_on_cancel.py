# hint: Who took a place and did not give it back
import asyncio


def limited(fetch, limit):
    slots = asyncio.Semaphore(limit)

    async def fetch_limited(url):
        await slots.acquire()
        try:
            page = await fetch(url)
        except Exception:
            slots.release()
            raise
        slots.release()
        return page

    return fetch_limited
