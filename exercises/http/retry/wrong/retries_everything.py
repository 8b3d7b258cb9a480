# hint: Which failures are worth another attempt
import aiohttp


async def send(session, url, make_body, attempts, pause):
    for attempt in range(1, attempts + 1):
        try:
            async with session.post(url, data=make_body()) as response:
                response.raise_for_status()
                return await response.json()
        except (aiohttp.ClientError, TimeoutError):
            if attempt == attempts:
                raise
        await pause(attempt)
