# hint: and it waits
import asyncio
import hashlib

import aiohttp


async def download(session, url, path, silence):
    digest = hashlib.sha256()
    part = path.with_name(path.name + ".part")
    limit = aiohttp.ClientTimeout(total=None)
    try:
        async with session.get(url, timeout=limit, raise_for_status=True) as response:
            pieces = aiter(response.content.iter_chunked(65536))
            with part.open("wb") as file:
                while True:
                    try:
                        async with asyncio.timeout(silence):
                            piece = await anext(pieces)
                    except StopAsyncIteration:
                        break
                    digest.update(piece)
                    file.write(piece)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest()
