# hint: What did you look at first
import asyncio

import aiohttp


class Unavailable(Exception):
    pass


class Unusable(Exception):
    pass


async def fetch(session, url, seconds):
    limit = aiohttp.ClientTimeout(total=seconds)
    try:
        async with session.get(url, timeout=limit) as response:
            return await response.json() if response.ok else None
    except (aiohttp.ClientError, TimeoutError):
        return None
