# hint: the whole body is held at once
import hashlib

import aiohttp


async def download(session, url, path, silence):
    limit = aiohttp.ClientTimeout(total=None, sock_read=silence)
    part = path.with_name(path.name + ".part")
    try:
        async with session.get(url, timeout=limit, raise_for_status=True) as response:
            body = await response.read()
        part.write_bytes(body)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return hashlib.sha256(body).hexdigest()
