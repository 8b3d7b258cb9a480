# hint: Which limit was that, and whose
import hashlib

import aiohttp


async def download(session, url, path, silence):
    digest = hashlib.sha256()
    part = path.with_name(path.name + ".part")
    try:
        async with session.get(url, raise_for_status=True) as response:
            with part.open("wb") as file:
                async for piece in response.content.iter_chunked(65536):
                    digest.update(piece)
                    file.write(piece)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest()
