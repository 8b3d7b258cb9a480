# hint: for the rest of the body
import asyncio

import aiohttp


class Unavailable(Exception):
    pass


class Unusable(Exception):
    pass


async def fetch(session, url, seconds):
    try:
        async with asyncio.timeout(seconds):
            response = await session.get(url)
        async with response:
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
