# hint: What about the lock, and the error?
from contextlib import nullcontext


async def save(connect, row, session=None, lock=None):
    guard = nullcontext() if lock is None else lock
    owner = connect() if session is None else nullcontext(session)
    await guard.__aenter__()
    session = await owner.__aenter__()
    try:
        return await session.write(row)
    finally:
        await owner.__aexit__(None, None, None)
        await guard.__aexit__(None, None, None)
