# hint: What wakes it
import asyncio


def limited(fetch, limit):
    running = 0

    async def fetch_limited(url):
        nonlocal running
        while running >= limit:
            await asyncio.sleep(0.3)
        running += 1
        try:
            return await fetch(url)
        finally:
            running -= 1

    return fetch_limited
