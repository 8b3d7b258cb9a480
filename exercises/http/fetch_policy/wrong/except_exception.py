# hint: the next time it will be the same
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
            if response.status >= 500:
                raise Unavailable(url)
            if response.status >= 400:
                raise Unusable(url)
            return await response.json()
    except Exception as error:
        raise Unavailable(url) from error
