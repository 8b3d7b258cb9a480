# hint: What do you still hold
import aiohttp


async def send(session, url, make_body, attempts, pause):
    for attempt in range(1, attempts + 1):
        try:
            response = await session.post(url, data=make_body())
            if response.status < 500 or attempt == attempts:
                response.raise_for_status()
                return await response.json()
        except (aiohttp.ClientConnectionError, TimeoutError):
            if attempt == attempts:
                raise
        await pause(attempt)
