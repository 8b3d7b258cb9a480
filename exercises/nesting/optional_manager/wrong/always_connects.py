# hint: What do you ask about the one that was given?
from contextlib import nullcontext


async def save(connect, row, session=None, lock=None):
    guard = nullcontext() if lock is None else lock
    async with guard, connect() as own:
        return await (own if session is None else session).write(row)
