def limited(fetch, limit):
    async def fetch_limited(url):
        return await fetch(url)

    return fetch_limited
