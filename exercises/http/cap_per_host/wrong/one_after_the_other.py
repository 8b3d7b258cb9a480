# hint: requests wait. For what?
import aiohttp


async def fetch_all(urls, total, per_host):
    bodies = []
    connector = aiohttp.TCPConnector(limit=total, limit_per_host=per_host)
    async with aiohttp.ClientSession(
        connector=connector, raise_for_status=True
    ) as session:
        for url in urls:
            async with session.get(url) as response:
                bodies.append(await response.read())
    return bodies
