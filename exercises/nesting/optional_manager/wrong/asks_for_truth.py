# hint: What do you ask about the one that was given?
from contextlib import nullcontext


async def save(connect, row, session=None, lock=None):
    guard = lock if lock else nullcontext()
    owner = nullcontext(session) if session else connect()
    async with guard, owner as session:
        return await session.write(row)
