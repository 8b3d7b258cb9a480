# hint: are over, and it waits
import asyncio

import aiohttp


class Unavailable(Exception):
    pass


class Unusable(Exception):
    pass


async def fetch(session, url, seconds):
    try:
        async with session.get(url) as response:
            if response.status >= 500:
                raise Unavailable(url)
            if response.status >= 400:
                raise Unusable(url)
            return await response.json()
    except aiohttp.ContentTypeError as error:
        raise Unusable(url) from error
    except aiohttp.InvalidURL:
        raise
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unavailable(url) from error
