import aiohttp


class Unavailable(Exception):
    """Ask again later."""


class Unusable(Exception):
    """Asking again will not help."""


async def fetch(session, url, seconds):
    limit = aiohttp.ClientTimeout(total=seconds)
    try:
        async with session.get(url, timeout=limit) as response:
            if response.status >= 500:
                raise Unavailable(f"{url}: status {response.status}")
            if response.status >= 400:
                raise Unusable(f"{url}: status {response.status}")
            return await response.json()
    except aiohttp.ContentTypeError as error:
        raise Unusable(f"{url}: {error.message}") from error
    except aiohttp.InvalidURL:
        raise
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unavailable(f"{url}: {error!r}") from error
