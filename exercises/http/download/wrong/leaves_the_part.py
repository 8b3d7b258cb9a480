# hint: On which ways out is it removed
import hashlib

import aiohttp


async def download(session, url, path, silence):
    limit = aiohttp.ClientTimeout(total=None, sock_read=silence)
    digest = hashlib.sha256()
    part = path.with_name(path.name + ".part")
    async with session.get(url, timeout=limit, raise_for_status=True) as response:
        with part.open("wb") as file:
            async for piece in response.content.iter_chunked(65536):
                digest.update(piece)
                file.write(piece)
    part.replace(path)
    return digest.hexdigest()
