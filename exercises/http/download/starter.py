import hashlib


async def download(session, url, path, silence):
    async with session.get(url) as response:
        body = await response.read()
    path.write_bytes(body)
    return hashlib.sha256(body).hexdigest()
