# hint: The write failed, and the caller was not told.
from contextlib import nullcontext, suppress


async def save(connect, row, session=None, lock=None):
    guard = nullcontext() if lock is None else lock
    owner = connect() if session is None else nullcontext(session)
    async with guard, owner as session:
        with suppress(Exception):
            return await session.write(row)
