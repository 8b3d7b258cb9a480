# hint: A cancellation left something held
from contextlib import nullcontext


async def save(connect, row, session=None, lock=None):
    guard = nullcontext() if lock is None else lock
    owner = connect() if session is None else nullcontext(session)
    await guard.__aenter__()
    try:
        async with owner as session:
            saved = await session.write(row)
    except Exception:
        await guard.__aexit__(None, None, None)
        raise
    await guard.__aexit__(None, None, None)
    return saved
