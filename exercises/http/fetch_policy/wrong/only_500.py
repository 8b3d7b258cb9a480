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
            if response.status == 500:
                raise Unavailable(url)
            if response.status in (400, 404):
                raise Unusable(url)
            return await response.json()
    except aiohttp.ContentTypeError as error:
        raise Unusable(url) from error
    except aiohttp.InvalidURL:
        raise
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unavailable(url) from error
