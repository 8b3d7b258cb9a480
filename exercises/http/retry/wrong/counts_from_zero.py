# hint: is told how many were made
import aiohttp


async def send(session, url, make_body, attempts, pause):
    for attempt in range(attempts):
        try:
            async with session.post(url, data=make_body()) as response:
                response.raise_for_status()
                return await response.json()
        except aiohttp.ClientResponseError as error:
            if error.status < 500 or attempt == attempts - 1:
                raise
        except (aiohttp.ClientConnectionError, TimeoutError):
            if attempt == attempts - 1:
                raise
        await pause(attempt)
