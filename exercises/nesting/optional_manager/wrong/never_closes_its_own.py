# hint: one is opened, written to once, and closed
from contextlib import nullcontext


async def save(connect, row, session=None, lock=None):
    guard = nullcontext() if lock is None else lock
    async with guard:
        if session is None:
            session = await connect().__aenter__()
        return await session.write(row)
