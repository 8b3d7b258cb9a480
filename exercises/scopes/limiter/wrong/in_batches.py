# hint: The next call begins when any of them ends
import asyncio


def limited(fetch, limit):
    begun, running, empty = 0, 0, asyncio.Event()

    async def fetch_limited(url):
        nonlocal begun, running, empty
        while begun == limit:
            await empty.wait()
        begun, running = begun + 1, running + 1
        try:
            return await fetch(url)
        finally:
            running -= 1
            if not running:
                begun = 0
                empty.set()
                empty = asyncio.Event()

    return fetch_limited
