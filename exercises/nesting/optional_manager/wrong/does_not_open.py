# hint: The row was written to a session that is not open.
from contextlib import nullcontext


async def save(connect, row, session=None, lock=None):
    guard = nullcontext() if lock is None else lock
    async with guard, nullcontext(session or connect()) as session:
        return await session.write(row)
