# hint: The session's timeout expired while the answer was read
import aiohttp


async def send(session, url, make_body, attempts, pause):
    attempt = 1
    while True:
        try:
            response = await session.post(url, data=make_body())
        except (aiohttp.ClientConnectionError, TimeoutError):
            if attempt == attempts:
                raise
        else:
            async with response:
                if response.status < 500 or attempt == attempts:
                    response.raise_for_status()
                    return await response.json()
        await pause(attempt)
        attempt += 1
