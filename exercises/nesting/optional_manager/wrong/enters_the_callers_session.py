# hint: The row was written to a session that is not open.
from contextlib import nullcontext


async def save(connect, row, session=None, lock=None):
    guard = nullcontext() if lock is None else lock
    owner = connect() if session is None else session
    async with guard, owner as session:
        return await session.write(row)
