# hint: SHA-256 of the whole body
import hashlib

import aiohttp


async def download(session, url, path, silence):
    limit = aiohttp.ClientTimeout(total=None, sock_read=silence)
    part = path.with_name(path.name + ".part")
    digest = hashlib.sha256()
    try:
        async with session.get(url, timeout=limit, raise_for_status=True) as response:
            with part.open("wb") as file:
                async for piece in response.content.iter_chunked(65536):
                    digest = hashlib.sha256(piece)
                    file.write(piece)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest()
