# hint: A status of 500 or more is worth another
import aiohttp


async def send(session, url, make_body, attempts, pause):
    for attempt in range(1, attempts + 1):
        try:
            async with session.post(url, data=make_body()) as response:
                return await response.json()
        except (aiohttp.ClientConnectionError, TimeoutError):
            if attempt == attempts:
                raise
        await pause(attempt)
