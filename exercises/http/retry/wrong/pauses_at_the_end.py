# hint: A pause stands between two attempts
import aiohttp


async def send(session, url, make_body, attempts, pause):
    failure = None
    for attempt in range(1, attempts + 1):
        try:
            async with session.post(url, data=make_body()) as response:
                response.raise_for_status()
                return await response.json()
        except aiohttp.ClientResponseError as error:
            if error.status < 500:
                raise
            failure = error
        except (aiohttp.ClientConnectionError, TimeoutError) as error:
            failure = error
        await pause(attempt)
    raise failure
