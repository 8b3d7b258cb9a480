import aiohttp


async def fetch_all(urls, total, per_host):
    bodies = []
    async with aiohttp.ClientSession() as session:
        for url in urls:
            async with session.get(url) as response:
                bodies.append(await response.read())
    return bodies
