class Unavailable(Exception):
    """Ask again later."""


class Unusable(Exception):
    """Asking again will not help."""


async def fetch(session, url, seconds):
    async with session.get(url) as response:
        return await response.json()
