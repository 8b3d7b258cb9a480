# hint: something was not given back, or was written again
from contextlib import nullcontext


async def save(connect, row, session=None, lock=None):
    if lock is not None:
        await lock.__aenter__()
    owner = connect() if session is None else nullcontext(session)
    async with owner as session:
        saved = await session.write(row)
    if lock is not None:
        await lock.__aexit__(None, None, None)
    return saved
