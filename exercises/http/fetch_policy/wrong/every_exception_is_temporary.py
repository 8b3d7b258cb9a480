# hint: Which exceptions did you mean to catch?
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
    except aiohttp.ContentTypeError as error:
        raise Unusable(url) from error
    except (aiohttp.InvalidURL, Unavailable, Unusable):
        raise
    except Exception as error:
        raise Unavailable(url) from error
