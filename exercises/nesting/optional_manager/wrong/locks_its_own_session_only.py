# hint: also when the session is the caller's
from contextlib import nullcontext


async def save(connect, row, session=None, lock=None):
    if session is not None:
        return await session.write(row)
    async with lock or nullcontext(), connect() as session:
        return await session.write(row)
