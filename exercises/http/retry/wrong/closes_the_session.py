# hint: The session is the caller
import aiohttp


async def send(session, url, make_body, attempts, pause):
    async with session:
        for attempt in range(1, attempts + 1):
            try:
                async with session.post(url, data=make_body()) as response:
                    response.raise_for_status()
                    return await response.json()
            except aiohttp.ClientResponseError as error:
                if error.status < 500 or attempt == attempts:
                    raise
            except (aiohttp.ClientConnectionError, TimeoutError):
                if attempt == attempts:
                    raise
            await pause(attempt)
