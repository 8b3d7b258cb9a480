# hint: The lock is held from before the session is opened
from contextlib import nullcontext


async def save(connect, row, session=None, lock=None):
    owner = connect() if session is None else nullcontext(session)
    async with owner as session:
        return await session.write(row)
