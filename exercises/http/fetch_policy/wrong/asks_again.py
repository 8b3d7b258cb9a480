# hint: whether to ask again
import asyncio

import aiohttp


class Unavailable(Exception):
    pass


class Unusable(Exception):
    pass


async def fetch(session, url, seconds, attempts=3):
    limit = aiohttp.ClientTimeout(total=seconds)
    try:
        async with session.get(url, timeout=limit) as response:
            if response.status < 400:
                return await response.json()
            status = response.status
    except aiohttp.ContentTypeError as error:
        raise Unusable(url) from error
    except aiohttp.InvalidURL:
        raise
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unavailable(url) from error
    if status < 500:
        raise Unusable(url)
    if attempts == 1:
        raise Unavailable(url)
    return await fetch(session, url, seconds, attempts - 1)
